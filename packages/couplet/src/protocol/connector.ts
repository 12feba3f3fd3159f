import type { Address } from '../address/address.ts';

/** An outgoing connection to one destination, and the attempts to make it. P is the type of its protocol. */
export interface Connector<P = unknown> {
  /** Whether an attempt is in progress (`connecting`), a connection is open (`connected`), or neither (`disconnected`). */
  readonly state: 'connecting' | 'connected' | 'disconnected';
  /** Where it connects to: `host:port`, or the path of a UNIX socket. */
  readonly destination: string;
  /** Returns the address of the connected peer; null unless connected. */
  getPeer(): Address | null;
  /**
   * Begins a new attempt. Its outcome is told to the factory, and by `whenConnected`. Does nothing while the reactor stops.
   * Throws an `Error` unless the state is `disconnected`.
   */
  connect(): void;
  /**
   * Resolves to the protocol of the present connection or attempt, after its `connectionMade`. Rejects with a `ConnectError` if the
   * present attempt fails, with a `UserAbortError` if it is cancelled, and with an `Error` if the state is `disconnected`.
   */
  whenConnected(): Promise<P>;
  /**
   * Cancels the attempt, or closes the connection in order: everything written is sent first. Does nothing if the state is
   * `disconnected`. After a cancel `clientConnectionFailed` is called, later, with a `UserAbortError`, and no connection is left.
   */
  disconnect(): void;
  /**
   * Cancels the attempt: `clientConnectionFailed` is called, later, with a `UserAbortError`, and no connection is left. Throws an
   * `Error` unless the state is `connecting`.
   */
  stopConnecting(): void;
}
