import { readdir } from 'node:fs/promises';
import process from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import type { ConnectionView, Observer, Reactor, ReactorView, Totals } from 'couplet';
import {
  addListener,
  addWord,
  CLOSE_REASONS,
  DURATION_BUCKETS,
  keyOf,
  type ListenerCounters,
  type LoopCounters,
  type MeterName,
  noDurations,
  type ProcessCounters,
  sumOfWords,
} from './counters.ts';

/** How many connections are looked at in one turn of the event loop: about a millisecond. */
const PORTION = 100;
/** The loop is judged over at least this time, in milliseconds: heartbeats and scrapes both ask. */
const LOOP_WINDOW_MS = 1000;
const PREFIX = 'COUPLET_';

/** What a port or connector is called, and the end of its certificate in seconds since 1970. */
export type Metered = MeterName & Pick<ListenerCounters, 'certificateExpiry'>;

/** What a meter asks of the process around it. */
export interface MeterOptions {
  /** Names the port or connector with that `id` in views of the reactor. Undefined: it is not counted, or not known yet. */
  readonly nameOf: (originId: number) => Metered | undefined;
  /** What is counted elsewhere. */
  readonly others: () => Pick<ProcessCounters, 'droppedLines' | 'droppedMessages' | 'ledger'>;
  /**
   * Whether the loop is watched. The clock is read twice at each callback then. False unless set.
   */
  readonly loop?: boolean;
}

/** What moved over a connection. */
type Moved = Pick<ConnectionView, 'bytesIn' | 'bytesOut'>;

/**
 * Counts the connections of a process, those of ports and connectors that are gone included. What the engine counts anyway is taken from
 * there; of each connection only its end is noted, and nothing of what it moves.
 */
export class Meter {
  readonly #reactor: Reactor;
  readonly #options: MeterOptions;
  readonly #ends: (() => void)[];
  /** The ports, by id. Those that are gone are folded into `#gone` when that is seen. */
  readonly #ports: Map<number, Tally> = new Map();
  /** The clients, by name: each attempt has a connector of its own. */
  readonly #clients: Map<string, Tally> = new Map();
  readonly #gone: Map<string, ListenerCounters> = new Map();
  #serial = 0;
  #openDescriptors: number | undefined;
  #loop: { readonly at: number; readonly busyMs: number; readonly asleep: number } | undefined;

  /** Counts from now on, until `close`. */
  constructor(reactor: Reactor, options: MeterOptions) {
    this.#reactor = reactor;
    this.#options = options;
    const observer: Observer = {
      connectionRefused: (_peer, { code }, view) => this.#tallyOf(view)?.refuse(code),
      connectionMade: (_transport, _protocol, view) => {
        if (view.role === 'client') this.#tallyOf(view)?.open.set(view.id, view);
      },
      connectionLost: (_transport, reason, view) => this.#tallyOf(view)?.lose(reason, view),
    };
    this.#ends = [reactor.observe(observer)];
    if (options.loop === true)
      this.#ends.push(reactor.observe({ slowCallback: () => {} }, { slowCallbackMs: Number.POSITIVE_INFINITY }));
  }

  /**
   * Returns what there was so far. Takes about as long as a pass over the connections; the queues, the descriptors, and what the open
   * connections of clients have moved are those of the last `survey`.
   */
  count(): ProcessCounters {
    this.#serial += 1;
    const view = this.#reactor.inspect();
    const loop = this.#loopIn(view);
    return {
      serial: this.#serial,
      listeners: this.#listenersIn(view),
      residentBytes: process.memoryUsage.rss(),
      ...(this.#openDescriptors === undefined ? {} : { openDescriptors: this.#openDescriptors }),
      cpuSeconds: cpuSeconds(),
      ...(loop === undefined ? {} : { loop }),
      ...this.#options.others(),
    };
  }

  /** Looks at each connection, a few at a time, and then returns what there was so far. */
  async survey(): Promise<ProcessCounters> {
    const queued: Map<Tally, number> = new Map();
    let seen = 0;
    for (const view of this.#reactor.inspect().connections()) {
      const tally = this.#tallyOf(view);
      if (tally !== undefined) {
        queued.set(tally, (queued.get(tally) ?? 0) + view.queued);
        // One that ended while this waited was deleted.
        if (tally.open.has(view.id)) tally.open.set(view.id, view);
      }
      seen += 1;
      if (seen % PORTION === 0) await turn();
    }
    for (const tallies of [this.#ports, this.#clients])
      for (const tally of tallies.values()) tally.queuedBytes = queued.get(tally) ?? 0;
    this.#openDescriptors = await openDescriptors();
    return this.count();
  }

  /** Ends the counting. A further call does nothing. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** The tally of the origin of a connection; undefined for a client that has no name. */
  #tallyOf({ role, origin }: ConnectionView): Tally | undefined {
    const name = this.#options.nameOf(origin);
    if (role === 'client' && name === undefined) return undefined;
    const tally =
      role === 'server' || name === undefined ? tallyAt(this.#ports, origin) : tallyAt(this.#clients, keyOf(name));
    tally.name = name ?? tally.name;
    return tally;
  }

  #listenersIn(view: ReactorView): ListenerCounters[] {
    const sums: Map<string, ListenerCounters> = new Map();
    const there: Set<number> = new Set();
    for (const { id, totals } of view.ports()) {
      there.add(id);
      const tally = tallyAt(this.#ports, id);
      tally.totals = totals;
      // A port is named once it has opened, and may have another certificate later.
      tally.name = this.#options.nameOf(id) ?? tally.name;
    }
    for (const [id, tally] of this.#ports) {
      const gone = !there.has(id);
      const counters = tally.counters(gone);
      if (gone) this.#ports.delete(id);
      if (counters !== undefined) addListener(gone ? this.#gone : sums, counters);
    }
    for (const tally of this.#clients.values()) {
      const counters = tally.counters(false);
      if (counters !== undefined) addListener(sums, counters);
    }
    for (const counters of this.#gone.values()) addListener(sums, counters);
    return [...sums.values()];
  }

  #loopIn({ loop, now }: ReactorView): LoopCounters | undefined {
    if (loop === undefined) return undefined;
    const { at, busyMs } = this.#loop ?? { at: loop.since, busyMs: 0 };
    const lasted = now - at;
    if (this.#loop === undefined || lasted >= LOOP_WINDOW_MS) {
      const asleep = lasted > 0 ? Math.min(1, Math.max(0, 1 - (loop.busyMs - busyMs) / lasted)) : 1;
      this.#loop = { at: now, busyMs: loop.busyMs, asleep };
    }
    return { ...loop.lateMs, asleep: this.#loop.asleep };
  }
}

/** What one port, or all connectors of one name, had. */
class Tally {
  name: Metered | undefined;
  /** What the engine counted for a port, when it was last seen. */
  totals: Totals | undefined;
  /** What each open connection of a client had moved when it was last looked at. The engine does not count that. */
  readonly open: Map<number, Moved> = new Map();
  queuedBytes = 0;
  readonly #refused: Record<string, number> = {};
  readonly #closed: Record<string, number> = {};
  readonly #durations = noDurations();
  #seconds = 0;
  #lost = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  refuse(code: string): void {
    addWord(this.#refused, wordOf(code), 1);
  }

  lose(reason: Error, { id, durationMs, bytesIn, bytesOut }: ConnectionView): void {
    this.open.delete(id);
    this.#lost += 1;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    const word = 'code' in reason && typeof reason.code === 'string' ? wordOf(reason.code) : '';
    addWord(this.#closed, CLOSE_REASONS.includes(word) ? word : 'error', 1);
    const seconds = durationMs / 1000;
    const bucket = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
    const at = bucket < 0 ? DURATION_BUCKETS.length : bucket;
    this.#durations[at] = (this.#durations[at] ?? 0) + 1;
    this.#seconds += seconds;
  }

  /**
   * What there was; undefined while the name is not known. The totals of a port that is gone are from before its end: what was noted of
   * its connections is complete then.
   */
  counters(gone: boolean): ListenerCounters | undefined {
    if (this.name === undefined) return undefined;
    const { certificateExpiry, ...name } = this.name;
    const { totals } = this;
    const refused: Record<string, number> = {};
    for (const [code, count] of Object.entries(totals?.refused ?? {})) addWord(refused, wordOf(code), count);
    const refusals = gone || totals === undefined ? this.#refused : refused;
    const ended = this.#lost + sum(Object.values(this.#refused));
    let [bytesIn, bytesOut] = [this.#bytesIn, this.#bytesOut];
    for (const moved of this.open.values()) {
      bytesIn += moved.bytesIn;
      bytesOut += moved.bytesOut;
    }
    return {
      service: name.service,
      listener: name.listener,
      accepted: Math.max(ended + this.open.size, totals?.accepted ?? 0),
      refused: sumOfWords(refusals),
      closed: { ...this.#closed },
      receivedBytes: Math.max(bytesIn, totals?.bytesIn ?? 0),
      sentBytes: Math.max(bytesOut, totals?.bytesOut ?? 0),
      open: gone ? 0 : (totals?.open ?? this.open.size),
      queuedBytes: gone ? 0 : this.queuedBytes,
      durations: [...this.#durations],
      durationSeconds: this.#seconds,
      ...(gone || certificateExpiry === undefined ? {} : { certificateExpiry }),
    };
  }
}

/** The tally of a port or of a name, made if it is the first of it. */
function tallyAt<K>(tallies: Map<K, Tally>, key: K): Tally {
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = new Tally();
    tallies.set(key, tally);
  }
  return tally;
}

function wordOf(code: string): string {
  return (code.startsWith(PREFIX) ? code.slice(PREFIX.length) : code).toLowerCase().slice(0, 64);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((whole, one) => whole + one, 0);
}

/** What a process without connections counts, such as the supervisor; `serial` numbers the counts. `others` is counted elsewhere. */
export function bareCounters(
  serial: number,
  others: Pick<ProcessCounters, 'openDescriptors' | 'droppedLines' | 'droppedMessages'>,
): ProcessCounters {
  return { serial, listeners: [], residentBytes: process.memoryUsage.rss(), cpuSeconds: cpuSeconds(), ...others };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** How many descriptors this process has open, without the one that this takes. Undefined where the system does not tell. */
export async function openDescriptors(): Promise<number | undefined> {
  try {
    return (await readdir('/dev/fd')).length - 1;
  } catch {
    return undefined;
  }
}
