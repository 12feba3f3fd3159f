import type { Sink, Wire } from '../seam/wire.ts';
import type { Engine, Live } from './engine.ts';

/**
 * A connection that is refused with a message: it is told so and closed, without waiting for the peer. Only what has arrived
 * already is read and thrown away, since unread input would turn the close into a reset, and that may eat the message.
 */
export class Refusal implements Sink, Live {
  previous: Live | undefined;
  next: Live | undefined;
  readonly #engine: Engine;
  readonly #wire: Wire;

  /** Sends the message, 1 to 4,096 bytes that never change. */
  constructor(engine: Engine, wire: Wire, message: Uint8Array) {
    this.#engine = engine;
    this.#wire = wire;
    engine.live.add(this);
    if (wire.write(message)) wire.end();
    // The first turn ends before the runtime looks for what this wire has received.
    engine.yield(() => engine.yield(() => this.quit()));
  }

  onData(): void {}

  onEof(): void {}

  onWritable(): void {
    this.#wire.end();
  }

  onWriteFailed(): void {
    this.quit();
  }

  onSecured(): Sink {
    return this;
  }

  onClosed(): void {
    this.#engine.remove(this);
  }

  quit(): void {
    this.#wire.close();
  }

  /** It ended at once. */
  cut(): void {}
}
