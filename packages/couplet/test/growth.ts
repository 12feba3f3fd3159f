import assert from 'node:assert/strict';
import process from 'node:process';

/** Work that grows in proportion costs four times as much for four times the size, and a square sixteen times. */
const TIMES = 4;
const MOST = 8;
/** Fewer milliseconds than this cannot be compared, and are not quadratic. */
const NOTHING_MS = 20;
const TRIES = 5;

/** How many milliseconds of the processor a task takes. Linux counts the sum exactly, and only estimates what of it is the program's own. */
function elapsed(task: () => void): number {
  const begin = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

/**
 * Asserts that a task costs no more than in proportion to its size: it compares the whole size with a quarter of it, by turns in one
 * process, so that neither a slow machine nor a busy one changes the answer. `prepare` is not measured; it returns the task.
 */
export function assertLinear(size: number, prepare: (size: number) => () => void): void {
  let [part, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < TRIES; tries += 1) {
    part = Math.min(part, elapsed(prepare(Math.ceil(size / TIMES))));
    whole = Math.min(whole, elapsed(prepare(size)));
    if (whole <= Math.max(NOTHING_MS, MOST * part)) return;
  }
  assert.fail(`a size of ${size} takes ${whole} ms, a quarter of it ${part} ms`);
}
