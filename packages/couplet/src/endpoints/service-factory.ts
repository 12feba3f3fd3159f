import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Connector } from '../protocol/connector.ts';
import type { Result } from '../protocol/protocol.ts';
import { WrappingClientFactory } from '../protocol/wrapping-client-factory.ts';

/**
 * Stands before the factory of a service, and tells the service what neither a factory nor a protocol of the program's has to
 * say: the time, and when a connection is gone. What becomes of attempts and connections is the service's to decide, so the
 * inner factory does not hear of it: it might connect again by itself.
 */
export class ServiceFactory extends WrappingClientFactory {
  /** The reactor's, since it first started this factory. */
  clock: Clock | undefined;
  /** Why the connection of the last attempt is gone. */
  reason: Error | undefined;
  /** Why the inner factory can build nothing, once that is known. */
  flaw: unknown;
  readonly #onGone: (reason: Error) => void;
  #connector: Connector | undefined;

  /** `onGone` hears the reason when a connection is gone, after its protocol. */
  constructor(inner: ClientFactory, onGone: (reason: Error) => void) {
    super(inner);
    this.#onGone = onGone;
  }

  /** Closes the connection in order. */
  disconnect(): void {
    this.#connector?.disconnect();
  }

  override doStart(reactor: Clock): Result {
    this.clock = reactor;
    return super.doStart(reactor);
  }

  /** What the service is connected to, or was last. */
  get destination(): string | undefined {
    return this.#connector?.destination;
  }

  override checkProtocol(): void {
    try {
      super.checkProtocol();
    } catch (error) {
      this.flaw = error;
      throw error;
    }
  }

  override startedConnecting(connector: Connector): void {
    this.#connector = connector;
    this.reason = undefined;
  }

  override clientConnectionFailed(): void {}

  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.reason = reason;
    this.#onGone(reason);
  }
}
