import type { HostAddress } from '../seam/address.ts';
import type { Attempt, Backend, ConnectPlace, Listener, StopSignal } from '../seam/backend.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from '../seam/tls.ts';
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
  readonly pid = 1;
  /** What `now` tells. */
  time = 1000;
  /** What `wallClock` tells. */
  wall = 0;
  /** What `random` tells. */
  chance = 0;
  /** What the resolver knows; a promise takes its time, and a name that is not here is looked up for ever. */
  readonly names: Map<string, Found | Promise<Found>> = new Map();
  /** Every attempt, in the order in which they began. */
  readonly attempts: ScriptedAttempt[] = [];
  /** What was printed. */
  readonly lines: string[] = [];
  /** Who catches signals. */
  readonly catchers: Set<(signal: StopSignal) => void> = new Set();
  /** What the alarm is set to. */
  alarmed: number | undefined;
  readonly #turns: Backend;
  #ring: () => void = () => {};

  /** Of the backend given it takes the turns of the event loop, nothing else. */
  constructor(turns: Backend) {
    this.#turns = turns;
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
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => this.#turns.yield(resolve));
  }

  /** Sends a signal to whoever catches them. */
  raise(signal: StopSignal): void {
    for (const caught of this.catchers) caught(signal);
  }

  now(): number {
    return this.time;
  }

  wallClock(): number {
    return this.wall;
  }

  random(): number {
    return this.chance;
  }

  alarm(at: number | undefined, ring: () => void): void {
    this.alarmed = at;
    this.#ring = ring;
  }

  defer(task: () => void): void {
    this.#turns.defer(task);
  }

  yield(task: () => void): void {
    this.#turns.yield(task);
  }

  listen(): Promise<Listener | Cause> {
    return Promise.resolve(causeOf('other'));
  }

  connect(place: ConnectPlace, attempt: Attempt): { cancel(): void } {
    const scripted = new ScriptedAttempt(place, this.time, attempt, (task) => this.defer(task));
    this.attempts.push(scripted);
    return scripted;
  }

  tlsContext({ role }: TlsServerSettings | TlsClientSettings): TlsContext {
    return { role };
  }

  async resolve(host: string): Promise<Found> {
    return this.names.get(host) ?? new Promise(() => {});
  }

  environment(): undefined {
    return undefined;
  }

  async readFile(): Promise<Cause> {
    return causeOf('other');
  }

  catchSignals(caught: (signal: StopSignal) => void): () => void {
    this.catchers.add(caught);
    return () => {
      this.catchers.delete(caught);
    };
  }

  complain(line: string): void {
    this.lines.push(line);
  }
}
