import type { ClientFactory } from '../protocol/client-factory.ts';
import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';

/** Options of `connect`. */
export interface DialOptions extends ConnectionOptions {
  /** How long an attempt may take, unless the endpoint says it; 30,000 unless set, `Infinity` for no bound. */
  readonly timeoutMs?: number;
  /** Cancels the attempt, which then rejects with `UserAbortError`. */
  readonly signal?: AbortSignal;
}

/** A place to connect to. */
export interface ClientEndpoint {
  /**
   * Connects the protocol given, or one that the factory builds, and resolves to it; of the options the endpoint's own go
   * first. Rejects with a `ConnectError`, with `UserAbortError` when the signal is aborted before.
   */
  connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
}
