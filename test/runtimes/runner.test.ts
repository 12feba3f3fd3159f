import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { RUNTIMES, type Runtime } from '../runtime.ts';

const FIXTURES = 'test/runtimes/fixtures';
const MIXED = `${FIXTURES}/mixed.mjs`;
const FAILING = 'some > fails, "as <it> must"';

const folder = mkdtempSync(join(tmpdir(), 'couplet-runner-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs files on a runtime with a list of known differences, and returns what is printed and the status. */
function run(
  runtime: Runtime,
  files: readonly string[],
  known: object,
  limit = '60',
): { text: string; status: number | null } {
  writeFileSync(join(folder, `${runtime}.json`), JSON.stringify(known));
  const words = [
    'scripts/test.mjs',
    'runtimes',
    '--runtime',
    runtime,
    '--differences',
    folder,
    '--limit',
    limit,
    ...files,
  ];
  const { stdout, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { text: stdout, status };
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

for (const runtime of RUNTIMES)
  describe(`the runner of test files, with ${runtime}`, () => {
    test('RT-3: a failure that is known counts as such', () => {
      const { text, status } = run(runtime, [MIXED], { [MIXED]: { [FAILING]: 'one is not two' } });
      assert.match(text, /^1 known differences\n1 passed, 0 failed$/m);
      assert.equal(status, 0);
    });

    test('RT-3: a failure that is not known fails', () => {
      const { text, status } = run(runtime, [MIXED], {});
      assert.ok(text.includes(`${MIXED}: failed: ${FAILING}`), text);
      assert.match(text, /^1 passed, 1 failed/m);
      assert.equal(status, 1);
    });

    for (const [what, entry, reason, said] of [
      ['passes', 'some > passes', 'a reason', 'passes now'],
      ['is skipped', 'some > is skipped', 'a reason', 'is skipped now'],
      ['names no test', 'some > other', 'a reason', 'is the name of no test'],
      ['has no reason', FAILING, ' ', 'without a reason'],
    ] as const)
      test(`RT-3: a known difference that ${what} fails`, () => {
        const { text, status } = run(runtime, [MIXED], { [MIXED]: { [FAILING]: 'one is not two', [entry]: reason } });
        assert.ok(text.includes(said), text);
        assert.match(text, /^1 passed, 1 failed/m);
        assert.equal(status, 1);
      });

    test('RT-13: a file that hangs is ended with its children and named, and the others run', () => {
      const known = { [MIXED]: { [FAILING]: 'one is not two' } };
      const { text, status } = run(runtime, [`${FIXTURES}/hanging.mjs`, MIXED], known, '5');
      assert.match(text, /hanging\.mjs: it did not end within 5 s/);
      assert.match(text, /^1 passed, 1 failed/m);
      assert.equal(status, 1);
      const children = [...text.matchAll(/child (\d+)/g)].map(([, pid]) => Number(pid));
      assert.equal(children.length, 2, text);
      assert.deepEqual(children.filter(isAlive), []);
    });
  });

test('RT-3: what several runtimes did is one total, the known differences apart', () => {
  for (const runtime of ['bun', 'deno'])
    writeFileSync(join(folder, `${runtime}.json`), JSON.stringify({ [MIXED]: { [FAILING]: 'one is not two' } }));
  writeFileSync(join(folder, 'node.json'), '{}');
  const words = ['scripts/test.mjs', 'runtimes', '--differences', folder];
  const named = RUNTIMES.flatMap((runtime) => ['--runtime', runtime]);
  const { stdout, status } = spawnSync(process.execPath, [...words, ...named, MIXED], { encoding: 'utf8' });
  assert.match(stdout, /^2 known differences\n3 passed, 1 failed\n$/m);
  assert.equal(status, 1);
});

test('RT-3: a list that names a file which does not exist fails', () => {
  const { text, status } = run('node', [MIXED], { 'test/none.test.ts': {} });
  assert.match(text, /test\/none\.test\.ts, which does not exist/);
  assert.equal(status, 1);
});

test('RT-3: docs/runtimes.md shows exactly the lists of known differences', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/differences.mjs'], { encoding: 'utf8' });
  assert.equal(stderr, '');
});

test('a file that does not exist is named, and nothing counts as passed', () => {
  const words = ['scripts/test.mjs', 'sources', 'test/none.test.ts'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.match(stderr, /there are no tests at test\/none\.test\.ts/);
  assert.deepEqual([stdout, status], ['', 1]);
});
