import type { Address } from '../address/address.ts';

/** One outgoing connection and its attempts, to a protocol of type P. */
export interface Connector<P = unknown> {
  readonly state: 'connecting' | 'connected' | 'disconnected';
  /** `host:port` or the path that this connector connects to. */
  readonly destination: string;
  /** The address of the connected peer; null while there is no connection. */
  getPeer(): Address | null;
  /**
   * Tries again; does nothing while the reactor stops. Throws an `Error` unless the connector is disconnected.
   */
  connect(): void;
  /**
   * Resolves to the protocol of the present connection, after its `connectionMade`. Rejects with the `ConnectError` of the
   * present attempt, or with an `Error` when there is neither.
   */
  whenConnected(): Promise<P>;
  /** Cancels an attempt, or closes the connection in order. Does nothing when there is neither. */
  disconnect(): void;
  /** Cancels the attempt: `clientConnectionFailed` comes, later, with `UserAbortError`. Throws an `Error` unless it is connecting. */
  stopConnecting(): void;
}
