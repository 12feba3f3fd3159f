import type { DoneBy, EventOf, Transition } from './states.ts';

type CallOf<D> = D extends { readonly call: infer C extends string } ? C : never;

/** The actions that a machine with the states T calls: a method for each, which takes the event's argument or nothing. */
export type Actions<T> = { readonly [C in CallOf<DoneBy<EventOf<T>, T>>]: (argument: never) => unknown };

/** An event has the type of the actions that it may call. */
type Method<D, A> = D extends { readonly call: infer C } ? A[C & keyof A] : () => void;

/**
 * One run of a machine with the states T and the actions A: the present state, and a method for each event. An event
 * takes the argument of the actions that it may call, and returns what the action that it did call returned.
 */
export type Run<T, A> = { readonly state: keyof T & string } & {
  readonly [E in EventOf<T>]: Method<DoneBy<E, T>, A>;
};

/** The actions, where their types no longer matter. */
export type AnyActions = Readonly<Record<string, (argument: unknown) => unknown>>;

/** A run before it has events: each machine has a subclass with theirs. */
export class AnyRun {
  #state: string;
  readonly #actions: AnyActions;

  constructor(state: string, actions: AnyActions) {
    this.#state = state;
    this.#actions = actions;
  }

  get state(): string {
    return this.#state;
  }

  /** The method of an event. The action comes last: to an event that it raises, this one is over. */
  static event(
    machine: string,
    event: string,
    transitions: ReadonlyMap<string, Transition | 'ignore'>,
  ): (this: AnyRun, argument: unknown) => unknown {
    return function (argument) {
      const transition = transitions.get(this.#state);
      if (transition === undefined) throw new Error(`${machine}: the state '${this.#state}' takes no event '${event}'`);
      if (transition === 'ignore') return;
      this.#state = transition.to;
      if (transition.call !== undefined) return this.#actions[transition.call]?.(argument);
    };
  }
}
