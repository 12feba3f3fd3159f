import type { Transport } from '../protocol/transport.ts';
import type { Reactor } from './reactor.ts';

/**
 * The transport of a protocol that opens ports or connections itself, by the reactor of its own connection:
 * `declare transport: ReactorTransport` in its class, and `this.transport.reactor.acceptOne(...)` in its methods.
 */
export interface ReactorTransport extends Transport {
  readonly reactor: Reactor;
}
