import type { Clock } from 'couplet/testing';

/** Lets time pass in small steps, with what promises do in between. */
export async function pass(clock: Clock, ms: number, stepMs = 1): Promise<void> {
  for (let at = 0; at < ms; at += stepMs) {
    clock.advance(stepMs);
    await settled();
  }
}

/** Resolves when promises have done what they do without time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await null;
}
