/**
 * The life of a connection, seen from this end:
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
 * - `gone`: the wire is closed
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
  | 'gone';

/**
 * What happens to a connection:
 *
 * - `lose`: the protocol wants to leave in order
 * - `shut`: the protocol ends its output
 * - `eof`: the peer ended its output, and the protocol takes that for the end
 * - `halfClose`: the peer ended its output, and the protocol wants to go on writing
 * - `sent`: everything written is with the kernel, and no producer is registered
 * - `lingered`: the wait for the peer's FIN is over
 * - `abort`: leave now, drop what is unsent
 * - `quit`: the reactor stops, and nothing is unsent
 * - `closed`: the wire is gone
 */
export type Happening = 'lose' | 'shut' | 'eof' | 'halfClose' | 'sent' | 'lingered' | 'abort' | 'quit' | 'closed';

/** What is to be done to the wire when a state is entered. */
export type Action = 'discard' | 'end' | 'endAndLinger' | 'linger' | 'close' | 'abort' | 'none';

interface Transition {
  readonly to: State;
  readonly action: Action;
}

const to = (state: State, action: Action = 'none'): Transition => ({ to: state, action });
const abort = to('aborting', 'abort');
const quit = to('aborting', 'close');
const closed = to('gone');

/** Every legal pair. A pair that is not here changes nothing. */
const transitions: Record<State, Partial<Record<Happening, Transition>>> = {
  open: {
    lose: to('closing', 'discard'),
    shut: to('shutting'),
    eof: to('finishing'),
    halfClose: to('writing'),
    abort,
    quit,
    closed,
  },
  shutting: {
    lose: to('closing', 'discard'),
    eof: to('finishing'),
    halfClose: to('finishing'),
    sent: to('reading', 'end'),
    abort,
    quit,
    closed,
  },
  reading: {
    lose: to('lingering', 'linger'),
    eof: to('leaving', 'close'),
    halfClose: to('leaving', 'close'),
    abort,
    quit,
    closed,
  },
  writing: { lose: to('finishing'), shut: to('finishing'), abort, quit, closed },
  closing: {
    eof: to('finishing'),
    halfClose: to('finishing'),
    sent: to('lingering', 'endAndLinger'),
    abort,
    quit,
    closed,
  },
  finishing: { sent: to('leaving', 'close'), abort, quit, closed },
  lingering: {
    eof: to('leaving', 'close'),
    halfClose: to('leaving', 'close'),
    lingered: to('leaving', 'close'),
    abort,
    quit: to('leaving', 'close'),
    closed,
  },
  leaving: { abort: to('aborting'), closed },
  aborting: { closed },
  gone: {},
};

/** Where a happening leads from a state; undefined when it changes nothing. */
export function transition(state: State, happening: Happening): Transition | undefined {
  return transitions[state][happening];
}

/** The states in which input reaches the protocol. */
export function delivers(state: State): boolean {
  return state === 'open' || state === 'shutting' || state === 'reading';
}

/** The states in which the protocol may write; with a producer registered, those of `sends` too. */
export function writes(state: State, producing = false): boolean {
  return state === 'open' || state === 'writing' || (producing && sends(state));
}

/** The states that end with `sent`. */
export function sends(state: State): boolean {
  return state === 'closing' || state === 'finishing' || state === 'shutting';
}
