/**
 * The states of TLS on a wire. Those of reading its stream are a table of their own, which a wire in clear uses too.
 *
 * - `securing`: the handshake is under way
 * - `secure`: it is done
 * - `parting`: this side closes in order, and its close_notify is not with the kernel yet
 * - `over`: there is no more TLS
 */
export type TlsState = 'securing' | 'secure' | 'parting' | 'over';

/**
 * What happens:
 *
 * - `secured`: the handshake is done
 * - `rejected`: it is done, and the peer is not accepted
 * - `end`: the runtime reports that the peer has ended
 * - `part`: the wire is to be closed in order
 * - `cut`, `reset`: it is to be closed at once
 * - `sent`: all that was written, and close_notify, is with the kernel
 * - `late`: the kernel has not had room for it in time
 * - `closed`: the stream is closed
 */
export type TlsEvent = 'secured' | 'rejected' | 'end' | 'part' | 'cut' | 'reset' | 'sent' | 'late' | 'closed';

/**
 * What is done when a state is entered: `welcome` the peer, or `reject` it; report that it has `cutShort` the handshake, or that
 * its input has ended, `readEnd`; send close_notify, `sayGoodbye`; `destroy` the stream, or `reset` the connection under it.
 */
export type TlsAction = 'none' | 'welcome' | 'reject' | 'cutShort' | 'readEnd' | 'sayGoodbye' | 'destroy' | 'reset';

interface TlsStep {
  readonly to: TlsState;
  readonly action: TlsAction;
}

type TlsOutcome = TlsStep | 'ignore' | 'impossible';

const to = (state: TlsState, action: TlsAction): TlsStep => ({ to: state, action });
const destroy = to('over', 'destroy');
const reset = to('over', 'reset');
const closed = to('over', 'none');

const LIFE: Readonly<Record<TlsState, Readonly<Record<TlsEvent, TlsOutcome>>>> = {
  securing: {
    secured: to('secure', 'welcome'),
    rejected: to('over', 'reject'),
    end: to('over', 'cutShort'),
    part: destroy,
    cut: destroy,
    reset,
    sent: 'impossible',
    late: 'impossible',
    closed,
  },
  secure: {
    secured: 'impossible',
    rejected: 'impossible',
    end: to('secure', 'readEnd'),
    part: to('parting', 'sayGoodbye'),
    cut: destroy,
    reset,
    sent: 'impossible',
    late: 'impossible',
    closed,
  },
  parting: {
    secured: 'impossible',
    rejected: 'impossible',
    // What still arrives is thrown away.
    end: 'ignore',
    part: 'impossible',
    cut: destroy,
    reset,
    sent: destroy,
    late: destroy,
    closed,
  },
  over: {
    // The runtime may be in the middle of it.
    secured: 'ignore',
    rejected: 'ignore',
    end: 'ignore',
    part: 'impossible',
    // A handshake that failed is cut or reset now; on a closed stream this has no effect.
    cut: destroy,
    reset,
    sent: 'ignore',
    late: 'ignore',
    closed: 'ignore',
  },
};

/** Where an event leads from a state; undefined when it is ignored. Throws an `Error` for one that is impossible. */
export function tlsTransition(state: TlsState, event: TlsEvent): TlsStep | undefined {
  const outcome = LIFE[state][event];
  if (outcome === 'impossible') throw new Error(`TLS: '${event}' is impossible in the state '${state}'`);
  return outcome === 'ignore' ? undefined : outcome;
}
