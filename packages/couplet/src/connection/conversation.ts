import type { Address } from '../address/address.ts';
import { errorOf } from '../engine/report.ts';
import { FramingError } from '../framing/errors.ts';
import { Factory } from '../protocol/factory.ts';
import type { Protocol, Result } from '../protocol/protocol.ts';
import { isFactory, isProtocolClass } from '../protocol/role.ts';
import { described, isClass, nameOf } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import { Connection } from './connection.ts';
import { Inlet } from './inlet.ts';

/**
 * A function that serves one connection. When it returns, or the promise that it returned resolves, the connection closes in
 * order. What it throws, or rejects with, is reported to the observers and aborts the connection. A `FramingError` is not
 * reported, since the peer caused it: it sent bytes that are not a frame, or left inside a frame. It aborts the connection too.
 */
export type Handler = (connection: Connection) => Result;

function checkHandler(handler: unknown): void {
  if (typeof handler === 'function' && !isClass(handler)) return;
  const instead = isProtocolClass(handler)
    ? `: write listen(..., Factory.forProtocol(${nameOf(handler) ?? 'Echo'}))`
    : '';
  const factory = isFactory(handler) ? ': write listen(..., factory)' : '';
  throw new TypeError(`handler is ${described(handler)}, not a function that takes a connection${instead}${factory}`);
}

/** A connection that a handler serves. */
export class Conversation extends Inlet {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    super();
    this.#handler = handler;
  }

  override connectionMade(): void {
    // The engine must not wait for this promise: it would not read meanwhile.
    void this.#converse();
  }

  async #converse(): Promise<void> {
    try {
      await awaited(this.#handler(new Connection(this)));
      this.close();
    } catch (thrown) {
      // Anything can be thrown, even an object whose class cannot be read.
      const error = errorOf(thrown);
      // A reading loop throws the reason of the end, which is known already, and a framing error, which the peer caused.
      if (error instanceof FramingError) this.transport.abortConnection(error);
      else if (this.reason === undefined || error !== this.reason) this.transport.failConnection(thrown);
    }
  }
}

/**
 * A factory whose connections are each served by a handler. `serve` listens with one; use it directly to put policies around it,
 * and with `listenTCP`.
 */
export class ConversationFactory extends Factory {
  readonly #handler: Handler;

  /** `handler` is called with each connection. Throws a `TypeError` if it is not a function, or is a class. */
  constructor(handler: Handler) {
    super();
    checkHandler(handler);
    this.#handler = handler;
  }

  /** Returns a protocol that the handler serves. A subclass may return null for an address, which refuses the connection. */
  override buildProtocol(_address?: Address): Protocol | null {
    return new Conversation(this.#handler);
  }
}
