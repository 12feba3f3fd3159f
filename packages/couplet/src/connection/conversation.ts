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
 * Serves one connection. When it returns, or the promise that it returned resolves, the connection closes in order; what it
 * throws is reported, and aborts the connection. A `FramingError` is the peer's doing, who sent what is no frame, or left in the
 * middle of one: it is the reason of the end, and not reported.
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
    // Not for the engine to wait for: it would read nothing meanwhile.
    void this.#converse();
  }

  async #converse(): Promise<void> {
    try {
      await awaited(this.#handler(new Connection(this)));
      this.close();
    } catch (thrown) {
      // It may be anything, even what cannot be asked for its class.
      const error = errorOf(thrown);
      // What the loop that reads throws is no news, if the connection ended so, and no error of the handler, if the peer sent no frame.
      if (error instanceof FramingError) this.transport.abortConnection(error);
      else if (this.reason === undefined || error !== this.reason) this.transport.failConnection(thrown);
    }
  }
}

/**
 * Has a handler serve each connection: what `serve` listens with. By itself it is for policies, which go around a factory, and
 * for `listenTCP`.
 */
export class ConversationFactory extends Factory {
  readonly #handler: Handler;

  /** Throws a `TypeError` for what is no function of a connection. */
  constructor(handler: Handler) {
    super();
    checkHandler(handler);
    this.#handler = handler;
  }

  override buildProtocol(): Protocol {
    return new Conversation(this.#handler);
  }
}
