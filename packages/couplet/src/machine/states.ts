/** What an event does in a state: it leads `to` a state, the same one or another, and may `call` an action. */
export interface Transition {
  readonly to: string;
  readonly call?: string;
}

/** The declaration of a machine: each state, and what each event that it takes does there. `'ignore'` is nothing. */
export type States = Readonly<Record<string, Readonly<Record<string, Transition | 'ignore'>>>>;

/** What may be declared as D: a transition to one of the states S that says nothing else than `to` and `call`. */
type Sound<D, S> = D extends string
  ? 'ignore'
  : { readonly to: S; readonly call?: string } & { readonly [K in Exclude<keyof D, keyof Transition>]: never };

/** What the states T of a machine must be: every transition leads to one of them, and no event is called `state`. */
export type Closed<T> = {
  readonly [S in keyof T]: { readonly [E in keyof T[S]]: E extends 'state' ? never : Sound<T[S][E], keyof T> };
};

/** The events that some state of T takes. */
export type EventOf<T> = { [S in keyof T]: keyof T[S] }[keyof T];

/** All that an event does, in whichever state. */
export type DoneBy<E, T> = { [S in keyof T]: E extends keyof T[S] ? T[S][E] : never }[keyof T];
