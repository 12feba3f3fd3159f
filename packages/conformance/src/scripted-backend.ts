import type { Signal } from 'couplet';
import type { Backend, Cause, ClockFacet, HostAddress, Resolver, Streams, Surroundings } from 'couplet/testing';
import { causeOf, ScriptedAttempt } from './scripted-wire.ts';

/** More turns of the event loop than the engine takes one after the other. */
const TURNS = 10;

/** What a resolver answers. */
export type Found = readonly HostAddress[] | Cause;

/**
 * A backend on which only that happens which a check decides: time stands still until it advances it, names have the addresses that it
 * gives them, and attempts wait until it ends them.
 */
export class ScriptedBackend implements Backend {
  readonly name = 'scripted';
  /** What `now` returns. */
  time = 1000;
  /** What `wallClock` returns. */
  wall = 0;
  /** What `random` returns. */
  chance = 0;
  /** What the resolver answers, at once or when a promise resolves. A name that is not here is looked up for ever. */
  readonly addresses: Map<string, Found | Promise<Found>> = new Map();
  /** Every attempt, in the order in which they began. */
  readonly attempts: ScriptedAttempt[] = [];
  /** What was printed. */
  readonly lines: string[] = [];
  /** The callbacks that catch signals. */
  readonly catchers: Set<(name: Signal) => void> = new Set();
  /** The time at which the alarm rings; undefined if it is not set. */
  alarmed: number | undefined;
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  #ring: () => void = () => {};

  /** It uses `defer` and `yield` of the backend given, and nothing else of it. */
  constructor({ clock: { defer, yield: yieldTo } }: Backend) {
    this.clock = {
      now: () => this.time,
      wallClock: () => this.wall,
      random: () => this.chance,
      alarm: (at, ring) => {
        this.alarmed = at;
        this.#ring = ring;
      },
      defer,
      yield: yieldTo,
    };
    this.streams = {
      listen: async () => causeOf('other'),
      connect: (place, attempt) => {
        const scripted = new ScriptedAttempt(place, this.time, attempt, defer);
        this.attempts.push(scripted);
        return scripted;
      },
      tlsContext: ({ role }) => ({ role }),
    };
    this.names = { resolve: async (host) => this.addresses.get(host) ?? new Promise(() => {}) };
    this.surroundings = {
      pid: 1,
      environment: () => undefined,
      readFile: async () => causeOf('other'),
      catchSignals: (names, caught) => {
        const catcher = (name: Signal): void => (names.includes(name) ? caught(name) : undefined);
        this.catchers.add(catcher);
        return () => this.catchers.delete(catcher);
      },
      warn: (line) => this.lines.push(line),
    };
  }

  /** Advances the time by `ms` milliseconds, with all that happens in them. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settled();
    while (this.alarmed !== undefined && this.alarmed <= end) {
      this.time = Math.max(this.time, this.alarmed);
      this.alarmed = undefined;
      this.#ring();
      await this.settled();
    }
    this.time = end;
  }

  /** Resolves when everything that was deferred has run, and what that deferred. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => this.clock.yield(resolve));
  }

  /** Raises a signal: calls each callback that catches it. */
  raise(signal: Signal): void {
    for (const caught of this.catchers) caught(signal);
  }
}
