/**
 * The life of a connection. The rule: everything that affects its state is in this file. No flag beside the state says how far a
 * connection is, and no code changes the state but by `transition`; what a state allows is asked of the functions at the end. Whoever
 * changes the table changes `test/life-cycle.test.ts`, which has each pair a second time, and what must hold on every path.
 *
 * The states, seen from this end:
 *
 * - `open`: both directions
 * - `shutting`: our output ends once everything is sent; input is delivered
 * - `reading`: our FIN is sent; input is delivered
 * - `writing`: the peer's FIN came, and the protocol goes on writing
 * - `closing`: we leave once everything is sent; input is thrown away
 * - `finishing`: the same, and the peer's FIN has come
 * - `lingering`: our FIN is sent; input is thrown away until the peer's FIN
 * - `leaving`: both directions have ended, the wire is closing
 * - `aborting`: we ended it at once, the wire is closing
 * - `broken`: the kernel refused our output; input that had arrived is delivered
 * - `delivering`: the wire is closed; what had arrived is delivered
 * - `concluding`: the wire is closed; a promise of a callback is pending
 * - `gone`: it is over
 */
export type State =
  | 'open'
  | 'shutting'
  | 'reading'
  | 'writing'
  | 'closing'
  | 'finishing'
  | 'lingering'
  | 'leaving'
  | 'aborting'
  | 'broken'
  | 'delivering'
  | 'concluding'
  | 'gone';

/**
 * What happens to a connection:
 *
 * - `lose`: the protocol wants to leave in order
 * - `shut`: the protocol ends its output
 * - `eof`: the peer ended its output, and the protocol takes that for the end
 * - `halfClose`: the peer ended its output, and the protocol wants to go on writing
 * - `sent`: everything written is with the kernel, and no producer is registered
 * - `lingered`: the wait is over: for the peer's FIN, for what had arrived to be taken, or for a promise
 * - `broke`: the kernel refused what was written
 * - `abort`: leave now, drop what is unsent
 * - `cut`: the time that the reactor gives when it stops is up
 * - `closed`: the wire is gone, and there is nothing to wait for
 * - `closedEarly`: the wire is gone, and the protocol has not taken all that arrived, or a promise of it is pending
 * - `taken`: the protocol has taken all that arrived, and no promise of it is pending
 */
export type LifeEvent =
  | 'lose'
  | 'shut'
  | 'eof'
  | 'halfClose'
  | 'sent'
  | 'lingered'
  | 'broke'
  | 'abort'
  | 'cut'
  | 'closed'
  | 'closedEarly'
  | 'taken';

/**
 * What is to be done when a state is entered: to the wire or, for `wait`, to see to it that the state ends, and for
 * `conclude`, to tell the protocol, once nothing is pending.
 */
export type Action = 'discard' | 'end' | 'endAndLinger' | 'linger' | 'close' | 'abort' | 'wait' | 'conclude' | 'none';

interface Step {
  readonly to: State;
  readonly action: Action;
}

const to = (state: State, action: Action = 'none'): Step => ({ to: state, action });
const abort = to('aborting', 'abort');
const cut = to('aborting', 'close');
/** Our output failed where no input is wanted any more. */
const broke = to('aborting', 'close');
const closed = to('gone');
const conclude = to('gone', 'conclude');
const delivering = to('delivering', 'wait');
const concluding = to('concluding', 'wait');

/**
 * Every pair that can happen. What changes nothing is ignored: what the program asks for may come at any time, and so may what a wire
 * says that is not the engine's own. A pair that is not here is impossible: the engine asks the state before it says `sent` or `taken`,
 * and ends a wait before a state that has none.
 */
const transitions: Record<State, Partial<Record<LifeEvent, Step | 'ignore'>>> = {
  open: {
    lose: to('closing', 'discard'),
    shut: to('shutting'),
    eof: to('finishing'),
    halfClose: to('writing'),
    broke: to('broken', 'wait'),
    abort,
    cut,
    closed,
    closedEarly: delivering,
  },
  shutting: {
    lose: to('closing', 'discard'),
    shut: 'ignore',
    eof: to('finishing'),
    halfClose: to('finishing'),
    sent: to('reading', 'end'),
    broke: to('broken', 'wait'),
    abort,
    cut,
    closed,
    closedEarly: delivering,
  },
  reading: {
    lose: to('lingering', 'linger'),
    shut: 'ignore',
    eof: to('leaving', 'close'),
    halfClose: to('leaving', 'close'),
    broke: to('broken', 'wait'),
    abort,
    cut,
    closed,
    closedEarly: delivering,
  },
  writing: {
    lose: to('finishing'),
    shut: to('finishing'),
    eof: 'ignore',
    halfClose: 'ignore',
    broke,
    abort,
    cut,
    closed,
    closedEarly: delivering,
  },
  closing: {
    lose: 'ignore',
    shut: 'ignore',
    eof: to('finishing'),
    halfClose: to('finishing'),
    sent: to('lingering', 'endAndLinger'),
    broke,
    abort,
    cut,
    closed,
    closedEarly: concluding,
  },
  finishing: {
    lose: 'ignore',
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    sent: to('leaving', 'close'),
    broke,
    abort,
    cut,
    closed,
    closedEarly: concluding,
  },
  lingering: {
    lose: 'ignore',
    shut: 'ignore',
    eof: to('leaving', 'close'),
    halfClose: to('leaving', 'close'),
    lingered: to('leaving', 'close'),
    broke,
    abort,
    cut: to('leaving', 'close'),
    closed,
    closedEarly: concluding,
  },
  leaving: {
    lose: 'ignore',
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    broke: 'ignore',
    abort: to('aborting'),
    cut: 'ignore',
    closed,
    closedEarly: concluding,
  },
  aborting: {
    lose: 'ignore',
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    lingered: 'ignore',
    broke: 'ignore',
    abort: 'ignore',
    cut: 'ignore',
    closed,
    closedEarly: closed,
  },
  broken: {
    lose: cut,
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    lingered: cut,
    broke: 'ignore',
    abort,
    cut,
    closed,
    closedEarly: delivering,
  },
  delivering: {
    lose: to('concluding', 'conclude'),
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    lingered: conclude,
    broke: 'ignore',
    abort: conclude,
    cut: conclude,
    closed: 'ignore',
    closedEarly: 'ignore',
    taken: closed,
  },
  concluding: {
    lose: 'ignore',
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    lingered: conclude,
    broke: 'ignore',
    abort: conclude,
    cut: conclude,
    closed: 'ignore',
    closedEarly: 'ignore',
    taken: closed,
  },
  gone: {
    lose: 'ignore',
    shut: 'ignore',
    eof: 'ignore',
    halfClose: 'ignore',
    lingered: 'ignore',
    broke: 'ignore',
    abort: 'ignore',
    cut: 'ignore',
    closed: 'ignore',
    closedEarly: 'ignore',
    taken: 'ignore',
  },
};

/** Where a event leads from a state; undefined when it changes nothing. Throws an `Error` for a pair that is impossible. */
export function transition(state: State, event: LifeEvent): Step | undefined {
  const step = transitions[state][event];
  if (step === undefined) throw new Error(`the event '${event}' cannot happen to a connection that is '${state}'`);
  return step === 'ignore' ? undefined : step;
}

/** The states in which input reaches the protocol. */
export function delivers(state: State): boolean {
  return (
    state === 'open' || state === 'shutting' || state === 'reading' || state === 'broken' || state === 'delivering'
  );
}

/** The states in which nothing can be sent any more, whatever the protocol does. */
export function cutOff(state: State): boolean {
  return state === 'broken' || over(state);
}

/** The states in which the wire is closed. */
export function over(state: State): boolean {
  return state === 'delivering' || state === 'concluding' || state === 'gone';
}

/** The states in which the protocol may write; with a producer registered, those of `sends` too. */
export function writes(state: State, producing = false): boolean {
  return state === 'open' || state === 'writing' || (producing && sends(state));
}

/** The states that end with `sent`. */
export function sends(state: State): boolean {
  return state === 'closing' || state === 'finishing' || state === 'shutting';
}
