// Ticks ten times a second, and once works for 400 ms on the same thread.
// Try it: node hold.ts

import { reactor } from 'couplet';

// #region work
/** Adds for that many milliseconds. Nothing else runs meanwhile. */
export function work(ms: number): number {
  let sum = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) sum += 1;
  return sum;
}
// #endregion work

if (import.meta.main) {
  // #region tick
  let last = reactor.now();
  reactor.callEvery(100, () => {
    console.log(`${Math.round(reactor.now() - last)} ms since the last tick`);
    last = reactor.now();
  });
  reactor.callLater(250, () => console.log(`worked: ${work(400)} additions`));
  reactor.callLater(1000, () => reactor.stop());
  await reactor.run();
  // #endregion tick
}
