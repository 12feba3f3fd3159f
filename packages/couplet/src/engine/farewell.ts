import type { Wire } from '../seam/wire.ts';
import type { Engine } from './engine.ts';

/**
 * Sends the message for a peer that is refused, and does not wait for the peer. What has arrived already is read and discarded: unread
 * input would turn the close into a reset, and a reset may destroy the message on its way.
 */
export class Farewell {
  readonly #engine: Engine;
  readonly #wire: Wire;
  readonly #message: Uint8Array;
  readonly #sent: () => void;

  /** The message has 1 to 4,096 bytes, which never change. `sent` is called once, when the wire may close. */
  constructor(engine: Engine, wire: Wire, message: Uint8Array, sent: () => void) {
    this.#engine = engine;
    this.#wire = wire;
    this.#message = message;
    this.#sent = sent;
  }

  /** Writes the message. Returns false if the wire holds it back: `taken` is to be called when the wire has written it. */
  start(): boolean {
    const taken = this.#wire.write(this.#message);
    if (taken) this.taken();
    return taken;
  }

  /** Goes on when the wire has written the message: sends the FIN, and calls `sent` two turns later. */
  taken(): void {
    this.#wire.end();
    // Two turns: the first ends before the runtime looks for what this wire has received.
    this.#engine.yield(() => this.#engine.yield(this.#sent));
  }
}
