import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';

const { COUPLET_SOLUTION } = process.env;
const { sum }: typeof import('./task.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

/** Counts how many terms are asked for between two turns of the loop. Each term is a millisecond of work. */
class Held {
  most = 0;
  #now = 0;
  #turn = setImmediate(() => this.#turned());

  readonly term = (index: number): number => {
    for (const end = performance.now() + 1; performance.now() < end; );
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    return index;
  };

  stop(): void {
    clearImmediate(this.#turn);
  }

  #turned(): void {
    this.#now = 0;
    this.#turn = setImmediate(() => this.#turned());
  }
}

describe('exercise 3: nobody is held up', () => {
  test('the sum is right, and the thread is held for 20 ms at most', async () => {
    const held = new Held();
    assert.equal(await sum(400, held.term), 79_800);
    held.stop();
    assert.ok(
      held.most <= 20,
      `the loop had no turn for ${held.most} ms: let it have one, often enough. (An await of a promise that is there already gives none.)`,
    );
  });
});
