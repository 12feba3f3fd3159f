import type { ConnectionState } from '../protocol/views.ts';

/**
 * The life of a connection. The rule: everything that affects its state is in this file. There are no flags beside the state, only
 * `transition` changes it, and the functions at the end say what a state allows. A change of the table needs a change of
 * `test/engine/life-cycle.test.ts`, which lists each pair a second time, and what must hold on every path.
 *
 * The states, seen from this end:
 *
 * - `open`: both directions
 * - `shutting`: our output ends once everything is sent; input is delivered
 * - `reading`: our FIN is sent; input is delivered
 * - `writing`: the peer's FIN came, and the protocol goes on writing
 * - `closing`: we close once everything is sent; input is dropped
 * - `finishing`: we close once everything is sent; the peer's FIN has come
 * - `lingering`: our FIN is sent; input is dropped until the peer's FIN
 * - `leaving`: both directions have ended, the wire is closing
 * - `aborting`: we ended it at once, the wire is closing
 * - `broken`: the kernel refused our output; input that had arrived is delivered
 * - `delivering`: the wire is closed; input that had arrived is delivered
 * - `concluding`: the wire is closed; a promise of a callback is pending
 * - `gone`: it is over
 */
export type State = Exclude<ConnectionState, 'arriving'>;

/**
 * What happens to a connection:
 *
 * - `lose`: the protocol closes in order
 * - `shut`: the protocol ends its output
 * - `eof`: the peer ended its output, which closes the connection
 * - `halfClose`: the peer ended its output, and the protocol wants to go on writing
 * - `sent`: everything written is with the kernel, and no producer is registered
 * - `lingered`: the wait for the peer's FIN, for input to be taken, or for a promise has ended
 * - `broke`: the kernel refused what was written
 * - `abort`: the connection ends at once, and what is unsent is dropped
 * - `cut`: the time for an orderly close that a stopping reactor gives is over
 * - `closed`: the wire is gone, and the protocol has taken everything
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
 * What to do on entering a state: something to the wire, or `wait`: begin a wait that ends the state, or `conclude`: tell the
 * protocol, once nothing is pending.
 */
export type Action = 'discard' | 'end' | 'endAndLinger' | 'linger' | 'close' | 'abort' | 'wait' | 'conclude' | 'none';

interface Step {
  readonly to: State;
  readonly action: Action;
}

const to = (state: State, action: Action = 'none'): Step => ({ to: state, action });
const abort = to('aborting', 'abort');
const cut = to('aborting', 'close');
/** Our output failed in a state in which input is not delivered. */
const broke = to('aborting', 'close');
const closed = to('gone');
const conclude = to('gone', 'conclude');
const delivering = to('delivering', 'wait');
const concluding = to('concluding', 'wait');

/**
 * Every pair that can happen. A pair that changes nothing is ignored: the program and the wire may cause their events at any
 * time. A pair that is not here is impossible: the engine checks the state before `sent` and `taken`, and ends a wait before a
 * state without one.
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

/** Returns where an event leads from a state; undefined if it changes nothing. Throws an `Error` for an impossible pair. */
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

/** The states in which the connection has begun to end: neither a callback nor the peer can change that. */
export function ends(state: State): boolean {
  return state === 'broken' || state === 'delivering' || (!delivers(state) && state !== 'writing');
}

/** The states in which nothing can be sent any more. */
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
