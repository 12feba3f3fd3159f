import type { Wire } from '../seam/wire.ts';
import type { Engine } from './engine.ts';

/**
 * What a peer is told that is refused. It is not waited for: only what has arrived already is read and thrown away, since unread
 * input would turn the close into a reset, and that may eat the message.
 */
export class Farewell {
  readonly #engine: Engine;
  readonly #wire: Wire;
  readonly #message: Uint8Array;
  readonly #sent: () => void;

  /** The message has 1 to 4,096 bytes that never change. `sent` is called when the wire may close. */
  constructor(engine: Engine, wire: Wire, message: Uint8Array, sent: () => void) {
    this.#engine = engine;
    this.#wire = wire;
    this.#message = message;
    this.#sent = sent;
  }

  /** Sends it. False when the wire holds it: then `taken` is due. */
  start(): boolean {
    const taken = this.#wire.write(this.#message);
    if (taken) this.taken();
    return taken;
  }

  /** The kernel has it. */
  taken(): void {
    this.#wire.end();
    // The first turn ends before the runtime looks for what this wire has received.
    this.#engine.yield(() => this.#engine.yield(this.#sent));
  }
}
