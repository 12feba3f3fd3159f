import assert from 'node:assert/strict';
import { Machine } from '../src/machine/machine.ts';
import type { States } from '../src/machine/states.ts';

/**
 * Feeds a machine every pair of state and event: one that is listed leads where the table says and calls what it says, or changes
 * nothing; every other one throws, and has to be among the impossible, which are the words of each state.
 */
export function checkEveryPair(states: States, impossible: Readonly<Record<string, string>>): void {
  const events = [...new Set(Object.values(states).flatMap((row) => Object.keys(row)))].sort();
  const names = Object.keys(states);
  const missing: Record<string, string[]> = {};
  for (const state of names) {
    for (const event of events) {
      const transition = states[state]?.[event];
      const called: string[] = [];
      const actions = new Proxy({}, { get: (_target, name) => () => called.push(String(name)) });
      const run: unknown = Reflect.apply(Machine.prototype.start, new Machine('tried', state, states as never), [
        actions,
      ]);
      assert.ok(typeof run === 'object' && run !== null && 'state' in run);
      const feed = (): unknown => Reflect.apply(Reflect.get(run, event), run, []);
      if (transition === undefined) {
        assert.throws(feed, /takes no event/);
        missing[state] = [...(missing[state] ?? []), event];
      } else feed();
      const after = transition === undefined || transition === 'ignore' ? state : transition.to;
      const calls = transition === undefined || transition === 'ignore' ? undefined : transition.call;
      assert.deepEqual([run.state, called], [after, calls === undefined ? [] : [calls]], `${event} in ${state}`);
    }
  }
  const listed = Object.entries(impossible).map(([state, words]) => [state, words.split(' ').sort()]);
  assert.deepEqual(missing, Object.fromEntries(listed));
}
