import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  Int8StringReceiver,
  Int16StringReceiver,
  Int32StringReceiver,
  LineOnlyReceiver,
  LineReceiver,
  NetstringReceiver,
  TextLineReceiver,
} from 'couplet/protocols';
import { partsOf } from '../markdown.ts';
import { declaredIn, exportedBy } from './declared.ts';
import { constantsIn, defaultOf, fallbacksIn, plain, unitOf } from './options.ts';
import { rowsIn } from './tables.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['packages/couplet/src', 'packages/inspector/src'];
const DECLARED = declaredIn(ROOT, FOLDERS);
const TEXTS = globSync(
  FOLDERS.map((folder) => `${folder}/**/*.ts`),
  { cwd: ROOT },
).map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
const CONSTANTS = new Map(TEXTS.flatMap(({ text }) => constantsIn(text)));

const RECEIVERS = [
  new LineReceiver(),
  new TextLineReceiver(),
  new LineOnlyReceiver(),
  new NetstringReceiver(),
  new Int8StringReceiver(),
  new Int16StringReceiver(),
  new Int32StringReceiver(),
];

/** Types whose values are options of a public function, by their names. */
const OPTIONS = /(?:Options|Limit|Timeout)$/;
/** What has such a name and no options of its own, or is a base class. */
const OTHERS = ['AdmissionTimeout', 'PhaseTimeout', 'PipeOptions'];
/** Options whose default another function fills in, or no literal says. */
const ELSEWHERE = [
  'ServiceOptions.timeoutMs',
  'CertificateOptions.validToMs',
  'SimulateOptions.epochMs',
  'StringsOptions.maxLength',
  'LinesOptions.maxLength',
];

const parts = new Map(
  partsOf(readFileSync(join(ROOT, 'site/pages/reference/options.md'), 'utf8')).flatMap((part) =>
    part.level === 3 && part.anchor !== undefined ? [[part.anchor, part] as const] : [],
  ),
);

describe('S-4: the page of options is what the sources declare', () => {
  const sections = [...DECLARED.values()].filter(({ name }) => parts.has(name.toLowerCase()));

  test('each type of options that is exported has its part', () => {
    const exported = [...exportedBy(ROOT, 'packages/{couplet,inspector}/src/entry/*.ts')].filter(
      (name) => OPTIONS.test(name) && (DECLARED.get(name)?.members.length ?? 0) > 0 && !OTHERS.includes(name),
    );
    assert.ok(exported.length > 40, `${exported.length} types of options are exported`);
    assert.deepEqual(
      exported.filter((name) => !parts.has(name.toLowerCase())),
      [],
    );
    const declared = ['fields', ...sections.map(({ name }) => name.toLowerCase())];
    assert.deepEqual(
      [...parts.keys()].filter((anchor) => !declared.includes(anchor)),
      [],
    );
  });

  for (const { name, members } of sections)
    test(name, () => {
      const part = parts.get(name.toLowerCase());
      assert.ok(part);
      const rows = rowsIn(part.prose);
      assert.deepEqual(
        rows.map(([option]) => option),
        members.map((member) => `\`${member.name}\``),
      );
      for (const [at, member] of members.entries()) {
        const [, value = '', unset = '', what = ''] = rows[at] ?? [];
        const where = `${name}.${member.name}`;
        const unit = unitOf(member);
        if (unit !== '') assert.equal(value, unit, where);
        const said = defaultOf(member);
        if (said !== undefined) assert.equal(plain(unset).toLowerCase(), said.toLowerCase(), where);
        assert.notEqual(unset, '', where);
        assert.match(what, /^(?:[A-Z]|`).*\.$/, where);
      }
    });

  test('the fields of receivers are those of a new one', () => {
    const part = parts.get('fields');
    assert.ok(part);
    const written = rowsIn(part.prose).map((row) => row.map(plain));
    const expected = RECEIVERS.map((receiver) => [
      receiver.constructor.name,
      'delimiter' in receiver ? JSON.stringify(receiver.delimiter).slice(1, -1) : '',
      receiver.maxLength.toLocaleString('en-US'),
      'maxBodyLength' in receiver ? receiver.maxBodyLength.toLocaleString('en-US') : '',
    ]);
    assert.deepEqual(written, expected);
  });

  test('what a doc comment says of a number, the code does', () => {
    let compared = 0;
    for (const { name, file, members } of sections) {
      const near = TEXTS.filter((one) => one.file === file || new RegExp(`\\b${name}\\b`).test(one.text));
      for (const member of members) {
        const said = defaultOf(member);
        if (said === undefined || !/^(?:[\d,.]+|0o\d+|true|false)$/.test(said)) continue;
        if (ELSEWHERE.includes(`${name}.${member.name}`)) continue;
        const found = near.flatMap(({ text }) => fallbacksIn(text, member.name, CONSTANTS));
        assert.ok(found.includes(said), `${name}.${member.name}: ${said} is said, and ${found.join(' or ')} found`);
        compared += 1;
      }
    }
    assert.ok(compared >= 50, `${compared} were compared`);
  });
});
