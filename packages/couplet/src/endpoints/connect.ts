import { ClientFactory } from '../protocol/client-factory.ts';
import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Connector } from '../protocol/connector.ts';
import type { Builds } from '../protocol/factory.ts';
import type { Callbacks, ProtocolUnder } from '../protocol/protocol.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Description } from './description.ts';

/** Options of `connect`. */
export interface DialOptions extends ConnectionOptions {
  /** Cancels the attempt, which then rejects with `UserAbortError`. */
  readonly signal?: AbortSignal;
}

type Dial = <P extends Callbacks>(
  reactor: Reactor,
  factory: ClientFactory & Builds<P>,
  options: DialOptions,
) => Connector<P>;

/** What a client description asks for. Throws an `EndpointSyntaxError` that names the offending part. */
export function clientOf(text: string): Dial {
  const description = new Description(text);
  const dial = dialerOf(description);
  description.finish();
  return dial;
}

function dialerOf(description: Description): Dial {
  switch (description.kind) {
    case 'tcp':
      return tcp(description);
    case 'unix':
      return unix(description);
    default:
      throw description.wrong(`'${description.kind}' is no kind of client (tcp, unix)`);
  }
}

function tcp(description: Description): Dial {
  const host = description.required('host');
  const port = description.number('port', description.required('port'), 1, 65_535);
  const bind = description.optional('bindAddress');
  const more = { ...timeoutOf(description), ...(bind === undefined ? {} : { bindAddress: bind }) };
  return (reactor, factory, options) => reactor.connectTCP(host, port, factory, { ...options, ...more });
}

function unix(description: Description): Dial {
  const path = description.required('path');
  const timeout = timeoutOf(description);
  return (reactor, factory, options) => reactor.connectUNIX(path, factory, { ...options, ...timeout });
}

/** In a description, as in Twisted's, the timeout counts seconds. */
function timeoutOf(description: Description): { timeoutMs?: number } {
  const timeout = description.optional('timeout');
  return timeout === undefined ? {} : { timeoutMs: 1000 * description.number('timeout', timeout, 0, 2 ** 31 - 1) };
}

/** Connects the protocol given, or one that the factory builds, and resolves to it. */
export async function connectTo<P extends Callbacks>(
  reactor: Reactor,
  text: string,
  target: (ProtocolUnder<ClientFactory> & P) | (ClientFactory & Builds<P>),
  options: DialOptions,
): Promise<P> {
  const dial = clientOf(text);
  return dial(reactor, target instanceof ClientFactory ? target : new One(target), options).whenConnected();
}

/** The factory of a protocol that is there already. */
class One<P extends ProtocolUnder<ClientFactory>> extends ClientFactory {
  readonly #built: P;
  constructor(built: P) {
    super();
    this.#built = built;
  }
  override buildProtocol(): P {
    return this.#built;
  }
}
