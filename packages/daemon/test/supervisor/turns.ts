import type { Clock } from 'couplet/testing';

/** Resolves when promises have done what they do without time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await null;
}

/** Lets time pass, from one delayed call to the next, with what promises do in between. */
export async function pass(clock: Clock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  await settled();
  for (;;) {
    const next = Math.min(...clock.getDelayedCalls().map((call) => call.getTime()));
    if (next > end) break;
    clock.advance(Math.max(0, next - clock.now()));
    await settled();
  }
  clock.advance(end - clock.now());
  await settled();
}
