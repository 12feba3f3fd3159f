/** What an event does in a state. */
export interface Transition {
  /** The state that it leads to; may be the present one. */
  readonly to: string;
  /** The action that it calls; it does not call one unless set. */
  readonly call?: string;
}

/** The declaration of a machine: for each state the events that it takes, and what each does there. `'ignore'` does nothing. */
export type States = Readonly<Record<string, Readonly<Record<string, Transition | 'ignore'>>>>;

/** What D may be in a declaration: `'ignore'`, or a transition to one of the states S without further properties. */
export type SoundTransition<D, S> = D extends string
  ? 'ignore'
  : { readonly to: S; readonly call?: string } & { readonly [K in Exclude<keyof D, keyof Transition>]: never };

/** What the states T of a machine have to fulfil: every transition leads to one of them, and an event is not called `state`. */
export type SoundStates<T> = {
  readonly [S in keyof T]: {
    readonly [E in keyof T[S]]: E extends 'state' ? never : SoundTransition<T[S][E], keyof T>;
  };
};

/** The names of the events that the states T take. */
export type EventOf<T> = { [S in keyof T]: keyof T[S] }[keyof T];

/** What the event E does in the states T: a union of its transitions. */
export type DoneBy<E, T> = { [S in keyof T]: E extends keyof T[S] ? T[S][E] : never }[keyof T];
