import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/** What `step` answers when it needs more bytes. */
export const DRY: unique symbol = Symbol('dry');

/**
 * A protocol whose bytes come in frames. It passes frames on while the transport neither is paused nor ends, one after the
 * other: a callback that pauses, leaves or switches modes counts for the very next frame, and a promise that it returns is
 * waited for.
 */
export abstract class FrameReceiver<F = AnyFactory> extends Protocol<F> {
  /** A frame is with a callback, or with the promise that it returned. */
  #delivering = false;

  override readingResumed(): Result {
    return this['~deliver']();
  }

  /** Takes the next frame and passes it on; returns what the callback returned, or `DRY` when there is no whole frame. */
  protected abstract '~step'(): Result | typeof DRY;

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

  /** For bytes that came otherwise than by the transport: a reading that resumes gets an upcall of its own. */
  protected '~deliverSoon'(): void {
    // There is none before the connection is made, as in a constructor.
    const transport: Transport | undefined = this.transport;
    if (this.#delivering || transport === undefined || transport.paused || transport.disconnecting) return;
    transport.pauseProducing();
    transport.resumeProducing();
  }

  /** Passes frames on until there is no more, or a callback returns a promise. */
  #run(): PromiseLike<unknown> | undefined {
    const { transport } = this;
    while (!transport.paused && !transport.disconnecting) {
      const result = this['~step']();
      if (result === DRY) return undefined;
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
 * Throws a `TypeError` unless a receiver has a method of its own in place of the inherited one, whose doing nothing is never meant:
 * frames would be thrown away, and a misspelt name found by nobody. An override may call the inherited method.
 */
export function checkOverridden(receiver: object, method: string, inherited: unknown): void {
  if (Reflect.get(receiver, method) === inherited)
    throw new TypeError(`${receiver.constructor.name} does not override ${method}`);
}
