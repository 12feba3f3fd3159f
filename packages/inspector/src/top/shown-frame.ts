/** What `couplet-top` shows of a frame. A frame has more; an inspector of another version may have states of which this one does not know. */
export interface ShownFrame {
  readonly now: number;
  readonly since: number;
  readonly dropped: number;
  readonly runtime: string;
  readonly totals: {
    readonly accepted: number;
    readonly open: number;
    readonly most: number;
    readonly lost: number;
    readonly errors: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly rates: { readonly accepted: number; readonly bytesIn: number; readonly bytesOut: number };
  readonly loop: {
    readonly asleep: number;
    readonly lateMs: { readonly p99: number };
    readonly held: readonly ShownCallback[];
  };
  readonly descriptors: { readonly listening: number; readonly accepted: number; readonly made: number };
  readonly ports: readonly { readonly id: number; readonly host: string }[];
  readonly connectors: readonly { readonly id: number; readonly destination: string }[];
  readonly total: number;
  readonly matching: number;
  readonly rows: readonly ShownRow[];
  readonly processes?: readonly ShownProcess[];
}

/** A callback that kept the event loop. */
export interface ShownCallback {
  readonly who: string;
  readonly where: string;
  readonly ms: number;
  readonly connection?: number;
}

/** A connection. */
export interface ShownRow {
  readonly id: number;
  readonly origin: number;
  readonly protocol?: string;
  readonly peer?: string;
  readonly state: string;
  readonly waiting: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inRate: number;
  readonly outRate: number;
  readonly queued: number;
  readonly maxQueued: number;
  readonly ageMs: number;
  readonly idleMs?: number;
  readonly secure?: boolean;
}

/** One of several processes, and whether it is the one that the frame is of. */
export interface ShownProcess {
  readonly slot: number;
  readonly generation: number;
  readonly pid: number;
  readonly shown: boolean;
}

/** Tells whether a value is as it should be. */
type Check = (value: unknown) => boolean;

const number: Check = (value) => typeof value === 'number';
const text: Check = (value) => typeof value === 'string';
const truth: Check = (value) => typeof value === 'boolean';

function perhaps(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function having(checks: Readonly<Record<string, Check>>): Check {
  const wanted = Object.entries(checks);
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const members = new Map<string, unknown>(Object.entries(value));
    return wanted.every(([name, check]) => check(members.get(name)));
  };
}

const counts: Check = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'number');

const isShown: Check = having({
  now: number,
  since: number,
  dropped: number,
  runtime: text,
  totals: having({ accepted: number, open: number, most: number, lost: number, errors: number, refused: counts }),
  rates: having({ accepted: number, bytesIn: number, bytesOut: number }),
  loop: having({
    asleep: number,
    lateMs: having({ p99: number }),
    held: listOf(having({ who: text, where: text, ms: number, connection: perhaps(number) })),
  }),
  descriptors: having({ listening: number, accepted: number, made: number }),
  ports: listOf(having({ id: number, host: text })),
  connectors: listOf(having({ id: number, destination: text })),
  total: number,
  matching: number,
  rows: listOf(
    having({
      id: number,
      origin: number,
      protocol: perhaps(text),
      peer: perhaps(text),
      state: text,
      waiting: text,
      bytesIn: number,
      bytesOut: number,
      inRate: number,
      outRate: number,
      queued: number,
      maxQueued: number,
      ageMs: number,
      idleMs: perhaps(number),
      secure: perhaps(truth),
    }),
  ),
  processes: perhaps(listOf(having({ slot: number, generation: number, pid: number, shown: truth }))),
});

/** Reads a frame; undefined if the text is not one. */
export function frameOf(json: string): ShownFrame | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFrame(value: unknown): value is ShownFrame {
  return isShown(value);
}
