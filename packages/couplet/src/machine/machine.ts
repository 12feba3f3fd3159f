import { type Actions, type AnyActions, AnyRun, type Run } from './run.ts';
import type { Closed, States, Transition } from './states.ts';

/**
 * A state machine, declared once and run by any number of connections. It knows which event leads where and calls which
 * action; what an action does is the program's, which gives an object with a method for each:
 *
 * ```ts
 * const door = new Machine('door', 'shut', {
 *   shut: { push: { to: 'open', call: 'creak' }, lock: { to: 'locked' } },
 *   open: { push: 'ignore', pull: { to: 'shut' } },
 *   locked: { unlock: { to: 'shut' } },
 * });
 * const run = door.start({ creak: (force: number) => console.log('o'.repeat(force)) });
 * run.push(3); // 'open' now
 * ```
 *
 * An event first changes the state, then calls the action, with its argument. An event that an action raises is an event
 * like any other: it runs at once, in the new state, before the first one's method returns. What an action throws comes
 * out of the event's method, and the state stays changed.
 *
 * An event that the present state does not take throws an `Error` that names machine, state and event, and changes
 * nothing. One that the state is to ignore says so: `'ignore'`.
 */
export class Machine<const T extends States & Closed<T>> {
  /** What it is called, in errors. */
  readonly name: string;
  /** The state in which every run begins. */
  readonly initial: keyof T & string;
  /** The declaration. */
  readonly states: T;
  readonly #run: typeof AnyRun;
  readonly #calls: ReadonlySet<string>;

  /** Throws an `Error` for a state that is not declared, and for an event called `state`. */
  constructor(name: string, initial: NoInfer<keyof T & string>, states: T) {
    this.name = name;
    this.initial = initial;
    this.states = states;
    const { events, calls } = survey(name, initial, states);
    this.#calls = calls;
    this.#run = class extends AnyRun {};
    for (const [event, transitions] of events) {
      Object.defineProperty(this.#run.prototype, event, { value: AnyRun.event(name, event, transitions) });
    }
  }

  /** Begins a run, for one connection say. Calls no action. Throws a `TypeError` when one is missing. */
  start<A extends Actions<T>>(actions: A): Run<T, A>;
  // What the signature above promises, the constructor has made: a method for each event.
  start(actions: AnyActions): unknown {
    for (const call of this.#calls) {
      if (typeof actions[call] !== 'function')
        throw new TypeError(`${this.name}: the actions do not have a method '${call}'`);
    }
    return new this.#run(this.initial, actions);
  }
}

/** The states, seen from the events: what each does in which state, and all that is called. */
function survey(name: string, initial: string, states: States) {
  const events = new Map<string, Map<string, Transition | 'ignore'>>();
  const calls = new Set<string>();
  if (!Object.hasOwn(states, initial)) throw new Error(`${name}: it begins in '${initial}', which is not a state`);
  for (const [state, row] of Object.entries(states)) {
    for (const [event, transition] of Object.entries(row)) {
      if (event === 'state')
        throw new Error(`${name}: an event cannot be called 'state': a run has a property of that name`);
      const transitions = events.get(event) ?? new Map<string, Transition | 'ignore'>();
      events.set(event, transitions.set(state, transition));
      if (transition === 'ignore') continue;
      const { to, call } = transition;
      if (!Object.hasOwn(states, to)) {
        throw new Error(`${name}: '${event}' leads from '${state}' to '${to}', which is not a state`);
      }
      if (call !== undefined) calls.add(call);
    }
  }
  return { events, calls };
}
