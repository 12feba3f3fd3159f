import type { SlowCallback } from 'couplet';
import type { Frame, FrameQuery, FrameSource, FrameViewer, Row, TimelineSlice, ViewName } from 'couplet-inspector';

/** The letters of what connections wait for: most for nothing. */
const LETTERS = 'nnnnnnnnnnnnnpperha';
const EVENTS = 50;
const ROWS = 200;

/** Frames that no reactor has made. */
export class FakeFrames implements FrameSource {
  /** How many it gave. */
  count = 0;
  readonly #frame: (number: number, view: ViewName) => Frame;
  /** At how many it rests. */
  #most = Number.POSITIVE_INFINITY;
  #rests: (() => void) | undefined;
  #goesOn: (() => void) | undefined;

  /** `frame` makes each, from its number and what it is for. */
  constructor(frame: (number: number, view: ViewName) => Frame) {
    this.#frame = frame;
  }

  view({ view }: FrameQuery): FrameViewer {
    return {
      next: async () => {
        while (this.count >= this.#most) {
          this.#rests?.();
          await new Promise<void>((resolve) => {
            this.#goesOn = resolve;
          });
        }
        this.count += 1;
        return JSON.stringify(this.#frame(this.count, view));
      },
      close: () => {},
    };
  }

  /** Gives frames for one viewer up to that many, and then rests. Resolves when the viewer asks for another one, which waits. */
  reach(count: number): Promise<void> {
    this.#most = count;
    this.#goesOn?.();
    return new Promise((resolve) => {
      this.#rests = resolve;
    });
  }
}

/**
 * A frame of a reactor with two ports and as many connections, as large as an inspector makes it. `text` stands wherever a peer or a program
 * may have put it.
 */
export function fakeFrame(number: number, view: ViewName, connections: number, text = 'Echo'): Frame {
  const now = number * 1000;
  const totals = { accepted: number, connected: number, open: connections, most: connections, lost: 7 };
  const counted = {
    ...totals,
    bytesIn: number,
    bytesOut: number,
    refused: { [text]: 2 },
    errors: 1,
    acceptFailures: 0,
  };
  const many = view === 'reactor' && connections > 50;
  const rows = Array.from({ length: many ? 0 : Math.min(connections, ROWS) }, (_, at) => fakeRow(at, number, text));
  const port = (id: number): Frame['ports'][number] => ({
    id,
    host: `${text}:${id}`,
    factory: text,
    listening: true,
    since: 0,
    totals: counted,
    policies: [{ policy: text, [text]: text }],
    facts: { [text]: text },
    connections: connections / 2,
    ...(many && { squares: squares(connections / 2) }),
  });
  const held = { who: text, where: text, ms: 412, at: now - 500, connection: 3 };
  const row = fakeRow(0, number, text);
  return {
    now,
    dropped: 0,
    runtime: text,
    since: 0,
    running: true,
    totals: counted,
    rates: { accepted: 1, bytesIn: 1, bytesOut: 1 },
    loop: { since: 0, busyMs: number, asleep: 0.99, lateMs: { p50: 1, p99: 2, max: 3 }, held: [held] },
    descriptors: { listening: 2, accepted: connections, made: 0 },
    timers: 3,
    ports: [port(1), port(2)],
    connectors: [{ id: 3, destination: text, state: 'waiting', attempts: 2, retryInMs: 500 }],
    total: connections,
    matching: connections,
    rows,
    chosen: {
      ...row,
      factory: text,
      host: text,
      since: 0,
      durationMs: 10,
      facts: { [text]: text },
      tls: { [text]: text },
      ss: text,
      payload: [{ at: 1, direction: 'in', base64: Buffer.from(text).toString('base64') }],
    },
    events: eventsOf(text, held).map((event, at) => ({ ...event, number: number * 100 + at, at: now })),
    portsLeftOut: 0,
    connectorsLeftOut: 0,
    eventsMissed: 0,
    ...(view === 'timeline' && { timeline: sliceOf(now, rows, text) }),
    processes: [{ slot: 0, generation: 1, pid: 2, shown: true }],
  };
}

function sliceOf(now: number, rows: readonly Row[], label: string): TimelineSlice {
  return {
    from: now - 1000,
    to: now,
    missed: 0,
    lanes: rows.map(({ id }) => ({ id, label, chunks: [[now - 500, 100]], waits: [[now - 400, now, 'peer']] })),
    callbacks: [[now - 900, 412, 3, label]],
  };
}

function eventsOf(text: string, callback: SlowCallback) {
  return [
    { kind: 'error', who: text, where: text, reason: text, stack: text },
    { kind: 'slow', callback },
    { kind: 'lost', connection: 1, protocol: text, peer: text, reason: text, orderly: false },
    { kind: 'refused', peer: text, code: text, reason: text },
    { kind: 'attempt', destination: text, state: 'failed', reason: text },
    ...Array.from({ length: EVENTS }, () => ({ kind: 'listening', host: text }) as const),
  ] as const;
}

function fakeRow(at: number, number: number, text: string): Row {
  return {
    id: at + 3,
    role: 'server',
    origin: (at % 2) + 1,
    protocol: text,
    peer: text,
    state: 'open',
    waiting: at % 5 === 0 ? 'peer' : 'nothing',
    bytesIn: number * at,
    bytesOut: number * at,
    reads: number,
    writes: number,
    inRate: at * (number % 3),
    outRate: at,
    queued: (at * number * 100) % 90_000,
    maxQueued: 90_000,
    ageMs: number * 1000,
    idleMs: number,
  };
}

/** Something else each time. */
function squares(count: number): string {
  return Array.from({ length: count }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('');
}
