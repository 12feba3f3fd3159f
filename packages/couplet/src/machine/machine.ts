import { type Actions, type AnyActions, AnyRun, type Run } from './run.ts';
import type { SoundStates, States, Transition } from './states.ts';

/**
 * A state machine, declared once and run by any number of connections. The declaration says to which state each event leads, and
 * which action it calls; the actions are methods of an object that the program passes to `start`:
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
 * An event first changes the state, then calls the action with the argument of the event. An action may raise events: each runs at
 * once, in the new state, before the method of the first event returns. What an action throws is thrown by the method of the event,
 * and the state stays changed.
 *
 * An event that the present state does not take throws an `Error` that names the machine, the state and the event, and changes
 * nothing. An event that a state should ignore is declared as `'ignore'`.
 */
export class Machine<const T extends States & SoundStates<T>> {
  /** The name of the machine in errors. */
  readonly name: string;
  /** The state in which every run begins. */
  readonly initial: keyof T & string;
  /** The declaration, as it was given. */
  readonly states: T;
  readonly #run: typeof AnyRun;
  readonly #calls: ReadonlySet<string>;

  /**
   * `name` is for errors, `initial` is the state in which every run begins, and `states` is the declaration. Throws an `Error` if
   * `initial` or the target of a transition is not a declared state, and if an event is called `state`.
   */
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

  /**
   * Begins a run in the initial state, usually for one connection, and returns it: an object with a method for each event.
   * `actions` needs a method for each action of the declaration; none is called yet. Throws a `TypeError` if one is missing.
   */
  start<A extends Actions<T>>(actions: A): Run<T, A>;
  // The constructor has made what the signature above promises: a method for each event.
  start(actions: AnyActions): unknown {
    for (const call of this.#calls) {
      if (typeof actions[call] !== 'function')
        throw new TypeError(`${this.name}: the actions do not have a method '${call}'`);
    }
    return new this.#run(this.initial, actions);
  }
}

/** The declaration by events: what each does in which state, and the names of all actions. */
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
