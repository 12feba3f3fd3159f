/**
 * The states of reading a stream of the runtime, in clear or under TLS. Everything that affects them is an event here. Apart from
 * this a wire has only data: its stream, its sink and the cause for `onClosed`.
 *
 * - `flowing`: what arrives is passed on
 * - `paused`: it waits
 * - `asking`, `askingPaused`: the runtime reported the peer's end, and the kernel is asked whether that was a reset
 * - `endHeld`: the peer's end came while paused
 * - `endDue`: the peer's end came while paused, and it will be told in this turn
 * - `closeHeld`, `closeDue`: like `endHeld` and `endDue`, and the stream is closed in order
 * - `failureHeld`, `failureDue`: TLS broke behind data that it has decrypted, which is read before that is told
 * - `ended`: the peer's end was told
 * - `broken`, `brokenPaused`: the kernel refused a write; what had arrived is still read
 * - `brokenEnded`: the kernel refused a write, and there is nothing to read
 * - `left`: this side has closed it, or it is broken; what still arrives is thrown away
 * - `handed`: TLS reads it
 * - `gone`: it is closed, and that was told
 */
export type ReadingState =
  | 'flowing'
  | 'paused'
  | 'asking'
  | 'askingPaused'
  | 'endHeld'
  | 'endDue'
  | 'closeHeld'
  | 'closeDue'
  | 'failureHeld'
  | 'failureDue'
  | 'ended'
  | 'broken'
  | 'brokenPaused'
  | 'brokenEnded'
  | 'left'
  | 'handed'
  | 'gone';

/**
 * What happens:
 *
 * - `pause`, `resume`, `close`, `abort`, `startTls`: the engine calls
 * - `end`: the runtime reports the peer's end, which may be a reset
 * - `fin`: the peer has certainly ended
 * - `refused`: the kernel refused a write
 * - `report`: that can be told now
 * - `due`: what was held when reading went on can be told now
 * - `failed`: the stream broke, and nothing is left to read
 * - `failedBehind`: it broke behind data which it still has
 * - `closed`: the stream is closed, and this side had ended, or the reason is known
 * - `lost`: it is closed for an unknown reason
 */
export type ReadingEvent =
  | 'pause'
  | 'resume'
  | 'close'
  | 'abort'
  | 'startTls'
  | 'end'
  | 'fin'
  | 'refused'
  | 'report'
  | 'due'
  | 'failed'
  | 'failedBehind'
  | 'closed'
  | 'lost';

/**
 * What is to be done when a state is entered:
 *
 * - to the stream: `pause`, `resume`, `cut` it, `part` from the peer in order, `reset` the connection, `ask` the kernel
 * - to the engine: `tellEnd`, `tellRefused` (and cut), `tellClosed`, `tellLost`, `tellBoth` (the end and the close)
 * - to both, later: `release` what is held, `resumeAndRelease`, `tellClosedLater`
 * - to the cause: the write that failed, `noteRefused`, or that it was a reset, `noteReset`; that the peer ended before the
 *   handshake, `cutShort`, or after the close, `cutShortLater`
 */
export type ReadingAction =
  | 'none'
  | 'pause'
  | 'resume'
  | 'cut'
  | 'part'
  | 'reset'
  | 'ask'
  | 'tellEnd'
  | 'tellRefused'
  | 'tellRefusedAndCut'
  | 'tellClosed'
  | 'tellLost'
  | 'tellBoth'
  | 'release'
  | 'resumeAndRelease'
  | 'tellClosedLater'
  | 'noteRefused'
  | 'noteReset'
  | 'cutShort'
  | 'cutShortLater';

interface ReadingStep {
  readonly to: ReadingState;
  readonly action: ReadingAction;
}

/** What an event does in a state. An impossible event means a mistake in this backend or in the engine. */
type ReadingOutcome = ReadingStep | 'ignore' | 'impossible';
type Row = Readonly<Record<ReadingEvent, ReadingOutcome>>;

const to = (state: ReadingState, action: ReadingAction = 'none'): ReadingStep => ({ to: state, action });

/** A stream that works. */
const OPEN = {
  close: to('left', 'part'),
  abort: to('left', 'reset'),
  failed: to('left', 'cut'),
  failedBehind: to('left', 'cut'),
  closed: to('gone', 'tellClosed'),
  lost: to('gone', 'tellLost'),
  // None was refused yet; what was held was told, or is held again.
  report: 'ignore',
  due: 'ignore',
} as const;

/** A stream that works and whose peer has ended: a handshake would wait for ever. */
const AFTER_END = {
  ...OPEN,
  end: 'impossible',
  refused: to('brokenEnded', 'noteReset'),
  startTls: to('left', 'cutShort'),
} as const;

/** A stream whose writes the kernel refuses. */
const BROKEN = {
  ...OPEN,
  close: to('left', 'cut'),
  end: to('brokenEnded', 'cut'),
  fin: to('brokenEnded', 'cut'),
  failed: to('brokenEnded', 'cut'),
  lost: to('gone', 'tellClosed'),
  refused: 'ignore',
  startTls: to('left', 'cutShort'),
} as const;

/** A stream that is closed while the peer's end before that is held. */
const CLOSED = {
  close: to('gone', 'tellClosedLater'),
  abort: to('gone', 'tellClosedLater'),
  startTls: to('gone', 'cutShortLater'),
  end: 'impossible',
  fin: 'impossible',
  refused: 'ignore',
  report: 'ignore',
  due: 'ignore',
  failed: 'ignore',
  failedBehind: 'ignore',
  closed: 'impossible',
  lost: 'impossible',
} as const;

/** A stream whose TLS is broken, and which has data that is still to be read. */
const FAILED = {
  ...OPEN,
  close: to('left', 'cut'),
  end: 'ignore',
  fin: 'ignore',
  failed: 'ignore',
  failedBehind: 'ignore',
  lost: to('gone', 'tellClosed'),
  startTls: 'impossible',
} as const;

const LIFE: Readonly<Record<ReadingState, Row>> = {
  flowing: {
    ...OPEN,
    pause: to('paused', 'pause'),
    resume: 'ignore',
    end: to('asking', 'ask'),
    fin: to('ended', 'tellEnd'),
    refused: to('broken', 'noteRefused'),
    startTls: to('handed'),
  },
  paused: {
    ...OPEN,
    pause: 'ignore',
    resume: to('flowing', 'resume'),
    end: to('askingPaused', 'ask'),
    fin: to('endHeld'),
    refused: to('brokenPaused', 'noteRefused'),
    failedBehind: to('failureHeld'),
    startTls: to('handed'),
  },
  asking: { ...AFTER_END, pause: to('askingPaused'), resume: 'ignore', fin: to('ended', 'tellEnd') },
  askingPaused: { ...AFTER_END, pause: 'ignore', resume: to('asking'), fin: to('endHeld') },
  endHeld: {
    ...AFTER_END,
    pause: 'ignore',
    resume: to('endDue', 'release'),
    fin: 'impossible',
    closed: to('closeHeld'),
  },
  endDue: {
    ...AFTER_END,
    pause: to('endHeld'),
    resume: 'ignore',
    fin: 'impossible',
    due: to('ended', 'tellEnd'),
    closed: to('closeDue'),
  },
  closeHeld: { ...CLOSED, pause: 'ignore', resume: to('closeDue', 'release') },
  closeDue: { ...CLOSED, pause: to('closeHeld'), resume: 'ignore', due: to('gone', 'tellBoth') },
  failureHeld: {
    ...FAILED,
    pause: 'ignore',
    resume: to('failureDue', 'resumeAndRelease'),
    refused: to('brokenPaused', 'noteRefused'),
  },
  failureDue: {
    ...FAILED,
    pause: to('failureHeld', 'pause'),
    resume: 'ignore',
    refused: to('broken', 'noteRefused'),
    due: to('left', 'cut'),
  },
  ended: { ...AFTER_END, pause: 'ignore', resume: 'ignore', fin: 'impossible' },
  broken: {
    ...BROKEN,
    pause: to('brokenPaused', 'pause'),
    resume: 'ignore',
    failedBehind: to('brokenEnded', 'cut'),
    report: to('broken', 'tellRefused'),
  },
  brokenPaused: {
    ...BROKEN,
    pause: 'ignore',
    resume: to('broken', 'resume'),
    // What is left is to be read, as after the refusal.
    failedBehind: 'ignore',
    report: to('brokenPaused', 'tellRefused'),
  },
  brokenEnded: {
    ...BROKEN,
    pause: 'ignore',
    resume: 'ignore',
    end: 'ignore',
    fin: 'ignore',
    failed: 'ignore',
    failedBehind: 'ignore',
    report: to('brokenEnded', 'tellRefusedAndCut'),
  },
  left: {
    pause: 'ignore',
    resume: 'ignore',
    close: 'ignore',
    abort: to('left', 'reset'),
    startTls: 'ignore',
    end: 'ignore',
    fin: 'ignore',
    refused: 'ignore',
    report: 'ignore',
    due: 'ignore',
    failed: to('left', 'cut'),
    failedBehind: to('left', 'cut'),
    closed: to('gone', 'tellClosed'),
    lost: to('gone', 'tellClosed'),
  },
  handed: {
    pause: 'impossible',
    resume: 'impossible',
    close: 'impossible',
    abort: 'impossible',
    startTls: 'impossible',
    end: 'impossible',
    fin: 'impossible',
    // A write in clear, of nothing, may have been under way.
    refused: 'ignore',
    report: 'impossible',
    due: 'impossible',
    failed: 'impossible',
    failedBehind: 'impossible',
    closed: 'impossible',
    lost: 'impossible',
  },
  gone: {
    pause: 'ignore',
    resume: 'ignore',
    close: 'ignore',
    abort: 'ignore',
    startTls: 'ignore',
    end: 'ignore',
    fin: 'ignore',
    refused: 'ignore',
    report: 'ignore',
    due: 'ignore',
    failed: 'ignore',
    failedBehind: 'ignore',
    closed: 'impossible',
    lost: 'impossible',
  },
};

/** Where an event leads from a state; undefined when it is ignored. Throws an `Error` for one that is impossible. */
export function readingTransition(state: ReadingState, event: ReadingEvent): ReadingStep | undefined {
  const outcome = LIFE[state][event];
  if (outcome === 'impossible') throw new Error(`reading: '${event}' is impossible in the state '${state}'`);
  return outcome === 'ignore' ? undefined : outcome;
}

/** Whether the kernel refuses writes in a state. */
export function refuses(state: ReadingState): boolean {
  return state === 'broken' || state === 'brokenPaused' || state === 'brokenEnded';
}

/** Whether the peer has ended in a state, and nothing is broken. */
export function hasEnded(state: ReadingState): boolean {
  return (
    state === 'ended' || state === 'asking' || state === 'askingPaused' || state === 'endHeld' || state === 'endDue'
  );
}
