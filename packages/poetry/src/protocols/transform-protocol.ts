import { isUtf8 } from 'node:buffer';
import type { Result } from 'couplet';
import { Factory } from 'couplet';
import { FramingError } from 'couplet/framing';
import { NetstringReceiver } from 'couplet/protocols';
import type { TransformService } from './transform-service.ts';

/**
 * Answers each request `name.poem` with the transformed poem, in order, both as netstrings of UTF-8. A request that cannot be
 * answered closes the connection, after the answers to the requests before it: a client that counts answers would otherwise take
 * one for another. When the port drains, it closes as soon as every request that has begun to arrive is answered.
 */
export class TransformProtocol extends NetstringReceiver<TransformFactory> {
  #draining = false;

  override stringReceived(request: Buffer): Result {
    if (!isUtf8(request)) return this.#refuse('a request that is not UTF-8');
    const text = request.toString('utf8');
    const dot = text.indexOf('.');
    if (dot < 0) return this.#refuse('a request without a transform');
    const name = text.slice(0, dot);
    const answer = this.factory.service.transform(name, text.slice(dot + 1));
    // What is printed is escaped, so a backslash of the client must not look like an escape.
    if (answer === undefined) return this.#refuse(`no transform '${name.slice(0, 40).replaceAll('\\', '\\\\')}'`);
    // The next request waits until the client has read the answers.
    const room = this.sendString(answer);
    if (this.#draining && this.heldBytes === 0) this.transport.loseConnection();
    else if (!room) return this.transport.drained();
  }

  override draining(): void {
    this.#draining = true;
    if (this.heldBytes === 0) this.transport.loseConnection();
  }

  override connectionLost(reason: Error): void {
    if (reason instanceof FramingError) this.#tell(reason.message);
  }

  #refuse(what: string): void {
    this.#tell(what);
    this.transport.loseConnection();
  }

  #tell(what: string): void {
    this.factory.onRefusal(`${this.transport.getPeer().authority}: ${what}`);
  }
}

/** Transforms poems for every client that connects. */
export class TransformFactory extends Factory {
  override protocol = TransformProtocol;
  readonly service: TransformService;
  /** Is called for a request that cannot be answered. */
  readonly onRefusal: (what: string) => void;

  constructor(service: TransformService, onRefusal: (what: string) => void) {
    super();
    this.service = service;
    this.onRefusal = onRefusal;
  }
}
