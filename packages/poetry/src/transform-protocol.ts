import { Factory } from 'couplet';
import { NetstringReceiver } from 'couplet/protocols';
import type { TransformService } from './transform-service.ts';

/**
 * Answers each request `name.poem` with the transformed poem, in order, both as netstrings of UTF-8. A request that cannot be
 * answered closes the connection, after the answers to those before it: a client that went on counting answers would take
 * one for another.
 */
export class TransformProtocol extends NetstringReceiver<TransformFactory> {
  override stringReceived(request: Buffer): void {
    const text = request.toString('utf8');
    const dot = text.indexOf('.');
    const name = text.slice(0, Math.max(0, dot));
    const answer = dot < 0 ? undefined : this.factory.service.transform(name, text.slice(dot + 1));
    if (answer !== undefined) {
      this.sendString(answer);
      return;
    }
    const what = dot < 0 ? 'a request without a transform' : `no transform '${name.slice(0, 40)}'`;
    this.factory.onRefusal(`${this.transport.getPeer().authority}: ${what}`);
    this.transport.loseConnection();
  }
}

/** Transforms poems for whoever connects. */
export class TransformFactory extends Factory {
  override protocol = TransformProtocol;
  readonly service: TransformService;
  /** Hears of a request that cannot be answered. */
  readonly onRefusal: (what: string) => void;

  constructor(service: TransformService, onRefusal: (what: string) => void) {
    super();
    this.service = service;
    this.onRefusal = onRefusal;
  }
}
