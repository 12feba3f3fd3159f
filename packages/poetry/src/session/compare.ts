import type { Reactor } from 'couplet';
import type { Task } from '../download/task.ts';
import { say } from '../terminal/output.ts';
import { duration } from '../values/duration.ts';
import { runSession, type SessionOptions } from './session.ts';

/**
 * Runs the tasks one after the other, and then all at once; in the end one line compares the times. `optionsOf` gives the options of a run.
 * Resolves to how many poems were complete in both.
 */
export async function compareSessions(
  reactor: Reactor,
  tasks: readonly Task[],
  optionsOf: (blocking: boolean) => SessionOptions,
): Promise<number> {
  const options = optionsOf(true);
  const slow = await runSession(reactor, tasks, options);
  const fast = await runSession(reactor, tasks, optionsOf(false));
  const whole = Math.min(slow.whole, fast.whole);
  if (options.lines === 'none') return whole;
  if (whole < tasks.length) {
    say('The times do not compare: not every poem is complete');
    return whole;
  }
  const factor = (slow.ms / Math.max(fast.ms, 0.001)).toFixed(1);
  say(`All at once: ${duration(fast.ms)} instead of ${duration(slow.ms)}, ${factor} times as fast`);
  return whole;
}
