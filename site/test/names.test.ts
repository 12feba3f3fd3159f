import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { partsOf } from '../markdown.ts';
import { declaredIn, exportedBy } from './declared.ts';
import { rowsIn } from './tables.ts';
import { TWISTED } from './twisted.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXPORTS = exportedBy(ROOT, 'packages/{couplet,daemon}/src/entry/*.ts');
const DECLARED = declaredIn(ROOT, ['packages/couplet/src', 'packages/daemon/src']);

/** What the language and the runtime have. */
const PLATFORM = [
  'Promise',
  'Error',
  'AbortSignal',
  'AbortController',
  'Worker',
  'async',
  'await',
  'execFile',
  'cause',
  'signal',
  'tls',
];
/** Of which type a thing of that name is. */
const OWNERS: Readonly<Record<string, string>> = {
  reactor: 'Reactor',
  transport: 'Transport',
  clock: 'Clock',
  TimeoutMixin: 'PhaseTimeout',
  IConnector: 'Connector',
  IListeningPort: 'ListeningPort',
  IDelayedCall: 'DelayedCall',
  IProcessTransport: 'ProcessTransport',
  IHalfCloseableProtocol: 'Protocol',
  IHandshakeListener: 'Protocol',
};
/** What a type has that is no member of its declaration: a property of a function's result, or of an intersection. */
const BESIDE = ['LineReceiver.lengthLimitExceeded', 'Int32StringReceiver.lengthLimitExceeded'];

function has(owner: string, member: string): boolean {
  const type = DECLARED.get(OWNERS[owner] ?? owner);
  if (type === undefined) return false;
  if (BESIDE.includes(`${owner}.${member}`)) return true;
  return (
    type.members.some(({ name }) => name === member) || type.bases.some((base) => base !== owner && has(base, member))
  );
}

/** Whether code of the right column is a name that is there. Anything but a name or a member counts as prose. */
function resolves(code: string): boolean {
  const [, name = '', member] = /^(?:new |await )?([A-Za-z]\w*)(?:\.(\w+))?(?:\(.*\))?$/.exec(code) ?? [];
  if (name === '' || PLATFORM.includes(name)) return true;
  if (member !== undefined) return has(name, member);
  return EXPORTS.has(name) || name in OWNERS || name === 'coupletd';
}

interface Row {
  readonly names: readonly string[];
  readonly ours: string;
}

const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The rows below each anchor. */
function tablesOf(file: string): Map<string, Row[]> {
  return new Map(
    partsOf(readFileSync(join(ROOT, file), 'utf8')).map(({ anchor = '', prose }) => [
      anchor,
      rowsIn(prose).map(([theirs = '', ours = '']) => ({ names: codeIn(theirs), ours })),
    ]),
  );
}

const PAGES = [
  { file: 'site/pages/twisted/names.md', same: /^the same\b/, none: /^none: \S/ },
  { file: 'site/pages/zh/twisted/names.md', same: /^同名/, none: /^无：\S/ },
].filter(({ file }) => existsSync(join(ROOT, file)));

for (const { file, same, none } of PAGES)
  describe(`S-12: ${file}`, () => {
    const tables = tablesOf(file);
    for (const [module, listed] of Object.entries(TWISTED)) {
      const rows = tables.get(module.toLowerCase().replaceAll('.', '-')) ?? [];
      test(`${module} has all its names, each with one of ours or a reason`, () => {
        assert.deepEqual(rows.flatMap(({ names }) => names).sort(), listed.split(' ').sort());
        for (const { names, ours } of rows) {
          if (same.test(ours))
            for (const name of names)
              assert.ok(
                /^[A-Z]|^reactor$|^transport$/.test(module) ? has(module, name) : EXPORTS.has(name),
                `${module}: ${name} is said to be the same`,
              );
          else if (!none.test(ours)) assert.ok(codeIn(ours).length > 0 || /`/.test(ours), `${names}: ${ours}`);
          for (const code of codeIn(ours)) assert.ok(resolves(code), `${names}: ${code} is not a name of ours`);
        }
      });
    }

    test('each entry has the names that it is said to have', () => {
      const rows = tables.get('imports') ?? [];
      assert.ok(rows.length > 0);
      for (const { names, ours } of rows)
        for (const entry of names) {
          const exported = exportedBy(ROOT, `packages/{couplet,daemon}/src/entry/${basename(entry)}.ts`);
          for (const code of codeIn(ours)) assert.ok(exported.has(code), `${entry} does not export ${code}`);
        }
    });

    test('the first names are in the tables below', () => {
      for (const { ours } of tables.get('first') ?? [])
        for (const code of codeIn(ours)) assert.ok(resolves(code), `${code} is not a name of ours`);
    });
  });
