import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';

const FOLDER = 'site/exercises';
const exercises = readdirSync(FOLDER).filter((name) => /^\d\d-/.test(name));

interface Outcome {
  readonly status: number | null;
  readonly told: string;
}

/** Runs the script of the root as npm does, for a minute at most. */
function exercise(words: readonly string[], solution = false): Outcome {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('scripts/exercise.mjs'), ...words], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env: { ...env, ...(solution && { COUPLET_SOLUTION: '1' }) },
  });
  return { status, told: stdout + stderr };
}

describe('S-10: each exercise is red until it is solved', () => {
  for (const name of exercises)
    test(name, () => {
      const number = String(Number.parseInt(name, 10));
      const given = exercise([number]);
      assert.equal(given.status, 1, given.told);
      assert.match(given.told, /✖/, 'a test fails, and not the program');
      assert.ok(given.told.includes(join(FOLDER, name, 'task.ts')), given.told);
      const solved = exercise([number], true);
      assert.equal(solved.status, 0, solved.told);
    });

  test('a number that is none of theirs is answered with the list of them', () => {
    for (const words of [['99'], ['one'], [], ['1', '2']]) {
      const { status, told } = exercise(words);
      assert.equal(status, 2);
      for (const name of exercises) assert.ok(told.includes(name), told);
    }
  });
});
