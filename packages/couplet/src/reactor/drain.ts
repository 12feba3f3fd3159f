import type { Connections } from '../engine/connections.ts';
import type { Engine } from '../engine/engine.ts';
import type { StreamTransport } from '../engine/stream-transport.ts';
import type { Drained } from '../protocol/port.ts';
import type { DelayedCall } from '../time/clock.ts';

/** Waits for the connections of a port to end by themselves, within a time. */
export class Drain {
  readonly #engine: Engine;
  readonly #connections: Connections;
  readonly #end: () => void;
  /** When the time is up. */
  #until = Number.POSITIVE_INFINITY;
  #timer: DelayedCall | undefined;
  /** How many connections there were. */
  #size = 0;

  /** `end` is called when the time is up, and ends the connections that are left. */
  constructor(engine: Engine, connections: Connections, end: () => void) {
    this.#engine = engine;
    this.#connections = connections;
    this.#end = end;
  }

  /** Ends not later than in `timeoutMs` from now. */
  within(timeoutMs: number): void {
    const until = this.#engine.now() + timeoutMs;
    if (until >= this.#until) return;
    this.#until = until;
    this.#timer?.cancel();
    this.#timer = this.#engine.timers.callLater(timeoutMs, this.#end);
  }

  /** Counts a connection, and tells its protocol behind what runs now. */
  joined(connection: StreamTransport): void {
    this.#size += 1;
    this.#engine.schedule({
      flush: () => {
        connection.tellDraining(Math.max(0, this.#until - this.#engine.now()));
        return true;
      },
    });
  }

  /** Resolves when no connection is left; none may join any more. */
  async over(): Promise<Drained> {
    await this.#connections.whenEmpty();
    this.#timer?.cancel();
    // A reactor that ends may have ended them before the drain began.
    const aborted = Math.min(this.#connections.ended ?? 0, this.#size);
    return { closed: this.#size - aborted, aborted };
  }
}
