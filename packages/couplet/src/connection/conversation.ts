import { Factory } from '../protocol/factory.ts';
import type { Protocol, Result } from '../protocol/protocol.ts';
import { Connection } from './connection.ts';
import { Inlet } from './inlet.ts';

/**
 * Serves one connection. When it returns, or the promise that it returned resolves, the connection closes in order; what it
 * throws is reported, and aborts the connection.
 */
export type Handler = (connection: Connection) => Result;

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
      await this.#handler(new Connection(this));
      this.close();
    } catch (error) {
      // The end of the connection, thrown by the loop that read it, is no news.
      if (this.reason === undefined || error !== this.reason) this.transport.failConnection(error);
    }
  }
}

/**
 * Has a handler serve each connection: what `serve` listens with. By itself it is for policies, which go around a factory, and
 * for `listenTCP`.
 */
export class ConversationFactory extends Factory {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    super();
    this.#handler = handler;
  }

  override buildProtocol(): Protocol {
    return new Conversation(this.#handler);
  }
}
