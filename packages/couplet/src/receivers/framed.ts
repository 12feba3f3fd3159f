import type { Decoder } from '../framing/decoder.ts';
import { FramingError } from '../framing/errors.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/** What `~step` returns if it needs more bytes. */
export const DRY: unique symbol = Symbol('dry');

/**
 * The base class of protocols that receive frames. They are passed on one after the other, and only while the transport is
 * neither paused nor disconnecting: a callback that pauses, closes or changes the mode affects the very next frame. A promise
 * that a callback returns is awaited before the next frame; if it rejects, the connection is aborted with the error.
 */
export abstract class Framed<F = AnyFactory> extends Protocol<F> {
  /** A callback is running for a frame, or the promise that it returned is pending. */
  #delivering = false;

  /**
   * How many bytes have arrived and were not passed on: those of a frame that is not whole, and of frames that wait. 0 says that the
   * peer has sent nothing behind the last frame; it does not say that this frame was answered.
   */
  abstract get heldBytes(): number;

  /**
   * True if nothing of the peer waits: no byte is held, and no callback of a frame runs or has a promise that is pending. It is for
   * `draining`: a connection that is idle owes its peer nothing, and may close at once.
   */
  get idle(): boolean {
    return !this.#delivering && this.heldBytes === 0;
  }

  override readingResumed(): Result {
    return this['~deliver']();
  }

  /**
   * Takes the next frame and passes it on, and, unless a `single` one is asked for, the frames behind it while a callback returns nothing,
   * and changes nothing that they depend on. Returns what the last callback returned, or `DRY` until there is a whole frame.
   */
  protected abstract '~step'(single: boolean): Result | typeof DRY;

  protected '~deliver'(): Result {
    if (this.#delivering) return;
    this.#delivering = true;
    let promise: PromiseLike<unknown> | undefined;
    try {
      promise = this.#run();
    } finally {
      this.#delivering = promise !== undefined;
    }
    if (promise !== undefined) return this.#follow(promise);
  }

  /** Writes the two parts of a frame. Returns what `write` of the transport does. */
  protected '~write'(first: Uint8Array | string, second: Uint8Array | string): boolean {
    const { transport } = this;
    if (transport['~writePair'] !== undefined) return transport['~writePair'](first, second);
    transport.write(first);
    return transport.write(second);
  }

  /** Passes frames on from bytes that the transport did not bring: pausing and resuming makes it call `readingResumed`. */
  protected '~deliverSoon'(): void {
    // Undefined until the connection is made, for instance in a constructor.
    const transport: Transport | undefined = this.transport;
    if (this.#delivering || transport === undefined || transport.paused || transport.disconnecting) return;
    transport.pauseProducing();
    transport.resumeProducing();
  }

  /** Passes frames on until all are passed on, or a callback returns a promise. */
  #run(): PromiseLike<unknown> | undefined {
    const { transport } = this;
    const pacer = transport['~pacer'];
    while (!transport.paused && !transport.disconnecting) {
      // It waits as a callback does that returns a promise: the end of the input waits too, and nothing is lost.
      const wait = pacer === undefined || this.heldBytes === 0 ? undefined : pacer.messageWait();
      if (wait !== undefined) return wait;
      const result = this['~step'](pacer !== undefined);
      if (result !== undefined && result === DRY) return undefined;
      pacer?.messagePassed();
      if (result !== undefined && isThenable(result)) return result;
    }
    return undefined;
  }

  /** Goes on after each promise. */
  async #follow(first: PromiseLike<unknown>): Promise<void> {
    try {
      for (let promise: PromiseLike<unknown> | undefined = first; promise !== undefined; promise = this.#run()) {
        await promiseOf(promise);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

/**
 * A protocol over a decoder of your own: set `decoder`, and `frameReceived` is called for each frame that it finds. How the
 * stream is cut into chunks changes nothing. A callback that pauses reading, closes or changes the decoder's settings counts for
 * the very next frame, and a promise that it returns is awaited first; if it throws or rejects, the connection is aborted with
 * the error, which is reported. A `FramingError` of the decoder is the peer's doing: `framingFailed` decides what the peer is told, and
 * nothing is reported.
 */
export abstract class FrameReceiver<Frame, F = AnyFactory> extends Framed<F> {
  /** Finds the frames of this connection: each protocol needs one of its own. The bytes of the stream belong to it. */
  abstract readonly decoder: Decoder<Frame>;

  /** Called for each frame, which belongs to the program. */
  abstract frameReceived(frame: Frame): Result;

  /**
   * Called once if the bytes of the peer cannot be read, with what the decoder threw; no frame follows. Aborts the connection with that
   * reason unless overridden. An override may send what the format has to say of it: then the connection closes in order, if the override
   * has not ended it. If it throws, the connection is aborted with the error, which is reported.
   */
  framingFailed(error: FramingError): void {
    this.transport.abortConnection(error);
  }

  override dataReceived(data: Buffer): Result {
    this.decoder.push(data);
    return this['~deliver']();
  }

  override takeUnread(): Buffer {
    return this.decoder.rest();
  }

  override get heldBytes(): number {
    return this.decoder.held;
  }

  protected override '~step'(): Result | typeof DRY {
    let frame: Frame | undefined;
    try {
      frame = this.decoder.next();
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.framingFailed(error);
      // What is behind the error has no meaning. Does nothing if the connection ends already.
      this.transport.loseConnection();
      return DRY;
    }
    return frame === undefined ? DRY : this.frameReceived(frame);
  }
}

/**
 * Throws a `TypeError` unless a receiver overrides a method: without that, frames would be dropped silently, for instance because
 * the name was misspelt. An override may call the inherited method.
 */
export function checkOverridden(receiver: object, method: string, inherited: unknown): void {
  if (Reflect.get(receiver, method) === inherited)
    throw new TypeError(`${receiver.constructor.name} does not override ${method}`);
}
