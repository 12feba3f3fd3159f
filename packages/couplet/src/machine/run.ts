import type { DoneBy, EventOf, Transition } from './states.ts';

/** The actions of a machine with the states T: a method for each action, which takes the argument of the event or nothing. */
export type Actions<T> = {
  readonly [C in Extract<DoneBy<EventOf<T>, T>, { readonly call: string }>['call']]: (argument: never) => unknown;
};

/** The type of the method of an event that does D: that of the actions A which it may call. */
export type EventMethod<D, A> = D extends { readonly call: infer C } ? A[C & keyof A] : () => void;

/**
 * One run of a machine with the states T and the actions A: the present state, and a method for each event. The method
 * takes the argument of the actions that the event may call, and returns what the called action returns.
 */
export type Run<T, A> = {
  /** The name of the present state. */
  readonly state: keyof T & string;
} & {
  readonly [E in EventOf<T>]: EventMethod<DoneBy<E, T>, A>;
};

/** Actions of any type. */
export type AnyActions = Readonly<Record<string, (argument: unknown) => unknown>>;

/** A run without events: each machine extends it by its own. */
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

  /** Returns the method of an event. It calls the action last, so that the action can raise further events. */
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
