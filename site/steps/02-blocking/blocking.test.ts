import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serve } from '../../test/socket-server.ts';
import * as byHand from './by-hand.ts';
import * as oneByOne from './one-by-one.ts';

/** Opens a server for each word, which sends its letters one at a time, and returns their ports. */
async function poets(t: TestContext, ...words: string[]): Promise<number[]> {
  return await Promise.all(
    words.map((word) =>
      serve(t, async (socket) => {
        for (const letter of word) {
          socket.write(letter);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        socket.end();
      }),
    ),
  );
}

describe('blocking', () => {
  test('one after the other, a task begins when the one before it is done', async (t) => {
    const tasks: number[] = [];
    const lengths = await oneByOne.download(await poets(t, 'abcd', 'ef', 'g'), (task) => tasks.push(task));
    assert.deepEqual(lengths, [4, 2, 1]);
    assert.deepEqual(tasks, tasks.toSorted(), 'no task begins before the one before it is done');
  });

  test('all at once, every task has begun before the first is done', async (t) => {
    const tasks: number[] = [];
    const lengths = await byHand.download(await poets(t, 'abcd', 'efgh', 'ijkl'), (task) => tasks.push(task));
    assert.deepEqual(lengths, [4, 4, 4]);
    assert.ok(tasks.indexOf(3) < tasks.lastIndexOf(1), `task 3 begins before task 1 is done: ${tasks}`);
  });

  test('a server that is not there is an error', async () => {
    await assert.rejects(
      byHand.download([1], () => {}),
      /ECONNREFUSED/,
    );
  });
});
