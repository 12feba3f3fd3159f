import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { oneLine } from 'couplet';

const PACKAGE = resolve('packages/create-couplet');
const TEMPLATE = join(PACKAGE, 'template');
const ENTRY = join(PACKAGE, 'src/entry/create-couplet.ts');
const NOT_EMPTY = "the folder 'full' is there already, and is not empty";
const NAMES = "is not a name: it takes a-z, 0-9, '-', '.' and '_', and begins with a letter or digit";

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

describe('create-couplet', () => {
  let folder: string;

  const create = (...words: readonly string[]): readonly [status: number | null, stdout: string, stderr: string] => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...words], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '--conditions=couplet-source' },
    });
    return [status, stdout, stderr];
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'couplet-create-'));
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full/kept.txt'), 'kept');
    writeFileSync(join(folder, 'file'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  test('makes a package.json and four files, and says what to do next', () => {
    const [status, stdout, stderr] = create('greeter');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /\n {2}cd greeter\n {2}npm install\n {2}npm test\n {2}npm start\n$/);
    const files = ['greeter.service', 'package.json', 'server.test.ts', 'server.ts', 'tsconfig.json'];
    assert.deepEqual(readdirSync(join(folder, 'greeter')).sort(), files);
    for (const file of files) assert.ok(stdout.includes(file), file);
    for (const file of ['server.test.ts', 'server.ts', 'tsconfig.json'])
      assert.equal(readFileSync(join(folder, 'greeter', file), 'utf8'), readFileSync(join(TEMPLATE, file), 'utf8'));
    const { version } = json('packages/couplet/package.json');
    assert.deepEqual(json(join(folder, 'greeter/package.json')), {
      ...json(join(TEMPLATE, 'package.json')),
      name: 'greeter',
      dependencies: { couplet: `^${version}` },
    });
    const unit = readFileSync(join(folder, 'greeter/greeter.service'), 'utf8');
    assert.match(unit, /^WorkingDirectory=\/srv\/greeter$/m);
    assert.doesNotMatch(unit, /hello/);
  });

  test('takes a folder that is empty, and couplet from a tarball', () => {
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'couplet.tgz'), '');
    const [status, , stderr] = create('--couplet', 'couplet.tgz', 'empty');
    assert.deepEqual([status, stderr], [0, '']);
    const { dependencies } = json(join(folder, 'empty/package.json'));
    assert.deepEqual(dependencies, { couplet: `file:${join(folder, 'couplet.tgz')}` });
  });

  const refused: readonly (readonly [words: readonly string[], why: string])[] = [
    [[], "missing required argument 'name'"],
    [['one', 'two'], "unexpected argument 'two'"],
    [['--colour', 'one'], "Unknown option '--colour'"],
    [['--couplet', 'none.tgz', 'one'], "--couplet: there is no file 'none.tgz'"],
    [['Hello'], `'Hello' ${NAMES}`],
    [['../one'], `'../one' ${NAMES}`],
    [['a\nb'], `${oneLine("'a\nb'")} ${NAMES}`],
    [['full'], NOT_EMPTY],
    [['file'], "'file' is there already, and is not a folder"],
  ];
  for (const [words, why] of refused)
    test(`refuses ${JSON.stringify(words)} in one line`, () => {
      const before = readdirSync(folder, { recursive: true });
      assert.deepEqual(create(...words), [2, '', `create-couplet: ${why} (see create-couplet --help)\n`]);
      assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    });

  test('has help and a version', () => {
    const [, help] = create('--help');
    assert.match(help, /^Usage: create-couplet \[options\] <name>\n/);
    assert.equal(create('-h')[1], help);
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
    const { version } = json(join(PACKAGE, 'package.json'));
    const line = `create-couplet ${version} (node ${process.versions.node})\n`;
    assert.deepEqual(create('--version'), [0, line, '']);
  });
});

describe('its template', () => {
  test('has no error of types', () => {
    const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['-p', TEMPLATE], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, '']);
  });

  test('asks for what this repository uses', () => {
    const { devDependencies: known } = json('package.json');
    for (const [name, range] of Object.entries(json(join(TEMPLATE, 'package.json')).devDependencies))
      assert.equal(range, known[name], name);
  });

  test('goes with the couplet of the same version', () => {
    const { version } = json('packages/couplet/package.json');
    assert.equal(json(join(PACKAGE, 'package.json')).version, version);
    assert.deepEqual(json(join(TEMPLATE, 'package.json')).dependencies, { couplet: `^${version}` });
  });
});
