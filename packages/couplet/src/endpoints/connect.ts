import { ClientFactory } from '../protocol/client-factory.ts';
import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Description } from './description.ts';

/** Options of `connect`. */
export interface DialOptions extends ConnectionOptions {
  /** How long an attempt may take, unless the description says it; 30,000 unless set, `Infinity` for no bound. */
  readonly timeoutMs?: number;
  /** Cancels the attempt, which then rejects with `UserAbortError`. */
  readonly signal?: AbortSignal;
}

type Connect = <F extends ClientFactory>(reactor: Reactor, factory: F, options: DialOptions) => Connector<BuiltBy<F>>;

/** A place to connect to. */
export class ClientEndpoint {
  readonly #reactor: Reactor;
  readonly #connect: Connect;

  constructor(reactor: Reactor, connect: Connect) {
    this.#reactor = reactor;
    this.#connect = connect;
  }

  /**
   * Connects the protocol given, or one that the factory builds, and resolves to it. Rejects with a `ConnectError`, with
   * `UserAbortError` when the signal is aborted before.
   */
  async connect<P extends ProtocolUnder<ClientFactory>>(protocol: P, options?: DialOptions): Promise<P>;
  async connect<F extends ClientFactory>(factory: F, options?: DialOptions): Promise<BuiltBy<F>>;
  async connect(target: ProtocolUnder<ClientFactory> | ClientFactory, options: DialOptions = {}): Promise<unknown> {
    const factory = target instanceof ClientFactory ? target : new One(target);
    return this.#connect(this.#reactor, factory, options).whenConnected();
  }
}

/**
 * The endpoint that a client description names, such as `tcp:example.org:8007:timeout=10` or `unix:/run/echo.sock`. Throws an
 * `EndpointSyntaxError` that names the offending part.
 */
export function clientFromString(reactor: Reactor, text: string): ClientEndpoint {
  const description = new Description(text);
  const dial = dialerOf(description);
  description.finish();
  return new ClientEndpoint(reactor, dial);
}

function dialerOf(description: Description): Connect {
  switch (description.kind) {
    case 'tcp':
      return tcp(description);
    case 'unix':
      return unix(description);
    default:
      throw description.wrong(`'${description.kind}' is no kind of client (tcp, unix)`);
  }
}

function tcp(description: Description): Connect {
  const host = description.required('host');
  const port = description.number('port', description.required('port'), 1, 65_535);
  const bind = description.optional('bindAddress');
  const more = { ...timeoutOf(description), ...(bind === undefined ? {} : { bindAddress: bind }) };
  return (reactor, factory, options) => reactor.connectTCP(host, port, factory, { ...options, ...more });
}

function unix(description: Description): Connect {
  const path = description.required('path');
  const timeout = timeoutOf(description);
  return (reactor, factory, options) => reactor.connectUNIX(path, factory, { ...options, ...timeout });
}

/** In a description, as in Twisted's, the timeout counts seconds. */
function timeoutOf(description: Description): { timeoutMs?: number } {
  const timeout = description.optional('timeout');
  return timeout === undefined ? {} : { timeoutMs: 1000 * description.number('timeout', timeout, 0, 2 ** 31 - 1) };
}

/** The factory of a protocol that is there already. */
class One extends ClientFactory {
  readonly #built: ProtocolUnder<ClientFactory>;
  constructor(built: ProtocolUnder<ClientFactory>) {
    super();
    this.#built = built;
  }
  override buildProtocol(): ProtocolUnder<ClientFactory> {
    return this.#built;
  }
}
