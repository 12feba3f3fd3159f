import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from 'couplet/sim';
import { restart } from '../../steps/10-ship/restart.ts';

const { COUPLET_SOLUTION } = process.env;
const { Answers }: typeof import('./solution.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

test('no question is cut off while one process takes the place of another', async () => {
  await simulate({ seeds: 50, profile: 'calm' }, async (world) => {
    const { stories } = await restart(world, Answers);
    for (const { cut, connected } of stories)
      assert.equal(cut, undefined, `the client that connected at ${Math.round(connected)} ms was not answered`);
  });
});

test('and the old process can end soon, with nobody left to abort', async () => {
  await simulate({ seeds: 50, profile: 'calm' }, async (world) => {
    const { drained } = await restart(world, Answers);
    assert.equal(drained.aborted, 0, 'connections that were there when the time for the drain was over');
    assert.ok(drained.at < 4000, `the drain has lasted until ${drained.at} ms; before 4000 were right`);
  });
});
