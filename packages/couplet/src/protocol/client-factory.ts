import type { Connector } from './connector.ts';
import { ProtocolFactory } from './factory.ts';

/** Builds the protocols of outgoing connections, and hears how their attempts went. */
export class ClientFactory extends ProtocolFactory {
  /** Type only: what the factory is for. */
  declare readonly '~role': 'client';

  /** An attempt begins. */
  startedConnecting(_connector: Connector): void {}

  /**
   * An attempt failed; the reason is a `ConnectError`, or a `TypeError` where this factory has nothing to build.
   * `connector.connect()` tries again.
   */
  clientConnectionFailed(_connector: Connector, _reason: Error): void {}

  /** The connection has gone, after the protocol's `connectionLost`, for the same reason. `connector.connect()` makes a new one. */
  clientConnectionLost(_connector: Connector, _reason: Error): void {}
}
