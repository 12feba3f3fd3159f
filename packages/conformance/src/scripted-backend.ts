import type { Backend, Cause, ClockFacet, HostAddress, Resolver, Signal, Streams, Surroundings } from 'couplet/testing';
import { causeOf, ScriptedAttempt } from './scripted-wire.ts';

/** So many turns of the event loop are more than the engine takes one after the other. */
const TURNS = 10;

/** What a resolver answers. */
export type Found = readonly HostAddress[] | Cause;

/**
 * A backend on which nothing happens but what a check says: time stands still until it advances, names have the addresses
 * that it gives them, and attempts wait for its decision.
 */
export class ScriptedBackend implements Backend {
  readonly name = 'scripted';
  /** What `now` tells. */
  time = 1000;
  /** What `wallClock` tells. */
  wall = 0;
  /** What `random` tells. */
  chance = 0;
  /** What the resolver knows; a promise takes its time, and a name that is not here is looked up for ever. */
  readonly addresses: Map<string, Found | Promise<Found>> = new Map();
  /** Every attempt, in the order in which they began. */
  readonly attempts: ScriptedAttempt[] = [];
  /** What was printed. */
  readonly lines: string[] = [];
  /** Who catches signals. */
  readonly catchers: Set<(name: Signal) => void> = new Set();
  /** What the alarm is set to. */
  alarmed: number | undefined;
  readonly clock: ClockFacet;
  readonly streams: Streams;
  readonly names: Resolver;
  readonly surroundings: Surroundings;
  #ring: () => void = () => {};

  /** Of the backend given it takes the turns of the event loop, nothing else. */
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

  /** Lets so many milliseconds pass, and with them all that they bring about. */
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

  /** Resolves when everything that was put off has run, and what that put off. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => this.clock.yield(resolve));
  }

  /** Sends a signal to whoever catches them. */
  raise(signal: Signal): void {
    for (const caught of this.catchers) caught(signal);
  }
}
