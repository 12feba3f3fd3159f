import type { ConnectionOptions } from '../protocol/connection-options.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Description } from './description.ts';

type Open = (reactor: Reactor, factory: Factory, options: ConnectionOptions) => Promise<ListeningPort>;

/** A place to listen. */
export class ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #open: Open;

  constructor(reactor: Reactor, open: Open) {
    this.#reactor = reactor;
    this.#open = open;
  }

  /** Listens there. Rejects like `Reactor.listenTCP`. */
  listen(factory: Factory, options: ConnectionOptions = {}): Promise<ListeningPort> {
    return this.#open(this.#reactor, factory, options);
  }
}

/**
 * The endpoint that a server description names, such as `tcp:8007:interface=127.0.0.1`, `tcp6:8007` or
 * `unix:/run/echo.sock:mode=600`. Throws an `EndpointSyntaxError` that names the offending part.
 */
export function serverFromString(reactor: Reactor, text: string): ServerEndpoint {
  const description = new Description(text);
  const open = openerOf(description);
  description.finish();
  return new ServerEndpoint(reactor, open);
}

function openerOf(description: Description): Open {
  switch (description.kind) {
    case 'tcp':
      return tcp(description, '0.0.0.0');
    case 'tcp6':
      return tcp(description, '::');
    case 'unix':
      return unix(description);
    default:
      throw description.wrong(`'${description.kind}' is no kind of server (tcp, tcp6, unix)`);
  }
}

function tcp(description: Description, anywhere: string): Open {
  const port = description.number('port', description.required('port'), 0, 65_535);
  const host = description.optional('interface') ?? anywhere;
  const backlog = backlogOf(description);
  return (reactor, factory, options) => reactor.listenTCP(port, factory, { ...options, ...backlog, interface: host });
}

function unix(description: Description): Open {
  const path = description.required('path');
  const mode = description.number('mode', description.optional('mode') ?? '660', 0, 0o777, 8);
  const backlog = backlogOf(description);
  return (reactor, factory, options) => reactor.listenUNIX(path, factory, { ...options, ...backlog, mode });
}

function backlogOf(description: Description): { backlog?: number } {
  const backlog = description.optional('backlog');
  return backlog === undefined ? {} : { backlog: description.number('backlog', backlog, 1, 2 ** 31 - 1) };
}
