import type { ClientFactory } from '../protocol/client-factory.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { ConnectUNIXOptions } from '../reactor/connect-options.ts';

/** Options of `connect`; the endpoint may say more. */
export type DialOptions = ConnectUNIXOptions;

/** A place to connect to. */
export interface ClientEndpoint {
  /**
   * Connects the protocol given, or one that the factory builds, and resolves to it; of the options the endpoint's own go
   * first. Rejects with a `ConnectError`, with `UserAbortError` when the signal is aborted before.
   */
  connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
}
