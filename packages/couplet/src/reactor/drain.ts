import type { Connections } from '../engine/connections.ts';
import type { Engine } from '../engine/engine.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import type { Drained, DrainOptions } from '../protocol/port.ts';
import type { DelayedCall } from '../time/clock.ts';
import { checkAtLeast } from '../values/checks.ts';

/** The options with all defaults filled in. */
export type DrainTerms = Required<DrainOptions>;

/** Fills in the defaults. Throws a `RangeError` that names an option which is not a number of at least 0. */
export function termsOf({ timeoutMs = 25_000, stopLingerMs = 1000 }: DrainOptions): DrainTerms {
  checkAtLeast('timeoutMs', timeoutMs, 0);
  checkAtLeast('stopLingerMs', stopLingerMs, 0);
  return { timeoutMs, stopLingerMs };
}

/** Waits for the connections of a port to end by themselves, and ends those that are left when the time is up. */
export class Drain {
  readonly #engine: Engine;
  readonly #connections: Connections;
  readonly #stopLingerMs: number;
  readonly #late: () => void;
  /** When the time is up. */
  #until: number;
  #timer: DelayedCall | undefined;
  /** How many ended by themselves so far. */
  #closed = 0;

  /** `late` is called when the time is up, before the connections that are left are ended. */
  constructor(engine: Engine, connections: Connections, { timeoutMs, stopLingerMs }: DrainTerms, late: () => void) {
    this.#engine = engine;
    this.#connections = connections;
    this.#stopLingerMs = stopLingerMs;
    this.#late = late;
    this.#until = engine.now() + timeoutMs;
  }

  /** Starts the time, and tells the connections that there are. */
  start(): void {
    this.#arm();
    for (const connection of this.#connections) this.joined(connection);
  }

  /** Ends not later than in `timeoutMs` from now. */
  within(timeoutMs: number): void {
    const until = this.#engine.now() + timeoutMs;
    if (until >= this.#until) return;
    this.#until = until;
    this.#timer?.cancel();
    this.#arm();
  }

  /** Tells the protocol of a connection, behind what runs now. */
  joined(connection: StreamTransport): void {
    this.#engine.schedule({
      flush: () => {
        connection.tellDraining(this.#leftMs);
        return true;
      },
    });
  }

  /** A connection is gone. */
  left(): void {
    if (this.#connections.ended === undefined) this.#closed += 1;
  }

  /** Resolves when no connection is left; none may join any more. */
  async over(): Promise<Drained> {
    await this.#connections.whenEmpty();
    this.#timer?.cancel();
    return { closed: this.#closed, aborted: this.#connections.ended ?? 0 };
  }

  get #leftMs(): number {
    return Math.max(0, this.#until - this.#engine.now());
  }

  #arm(): void {
    if (this.#until === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#engine.timers.callLater(this.#leftMs, () => this.#expire());
  }

  #expire(): void {
    this.#late();
    void this.#connections.end(this.#stopLingerMs, 'the time of the drain was up');
  }
}
