import type { Reactor } from '../reactor/reactor.ts';
import { AdoptedStreamServerEndpoint } from './adopted-stream-server-endpoint.ts';
import { Description } from './description.ts';
import type { ServerEndpoint } from './server-endpoint.ts';
import { StandardIOEndpoint } from './standard-io-endpoint.ts';
import type { SystemdSocket } from './systemd-server-endpoint.ts';
import { SystemdServerEndpoint } from './systemd-server-endpoint.ts';
import { TCP4ServerEndpoint } from './tcp4-server-endpoint.ts';
import { TCP6ServerEndpoint } from './tcp6-server-endpoint.ts';
import { UNIXServerEndpoint } from './unix-server-endpoint.ts';

/**
 * The endpoint that a server description names, such as `tcp:8007:interface=127.0.0.1`, `tcp6:8007`,
 * `unix:/run/echo.sock:mode=600`, `fd:3`, `systemd:name=echo` or `stdio:`. Throws an `EndpointSyntaxError` that names the offending part.
 */
export function serverFromString(reactor: Reactor, text: string): ServerEndpoint {
  const description = new Description(text);
  const endpoint = endpointOf(reactor, description);
  description.finish();
  return endpoint;
}

function endpointOf(reactor: Reactor, description: Description): ServerEndpoint {
  switch (description.kind) {
    case 'tcp':
      return new TCP4ServerEndpoint(reactor, portOf(description), tcpOptionsOf(description));
    case 'tcp6':
      return new TCP6ServerEndpoint(reactor, portOf(description), tcpOptionsOf(description));
    case 'unix':
      return unix(reactor, description);
    case 'fd': {
      const fd = description.number('descriptor', description.required('descriptor'), 0, 2 ** 31 - 1);
      return new AdoptedStreamServerEndpoint(reactor, fd, backlogOf(description));
    }
    case 'systemd':
      return new SystemdServerEndpoint(reactor, socketOf(description), backlogOf(description));
    case 'stdio':
      description.nothing();
      return new StandardIOEndpoint(reactor);
    default:
      throw description.wrong(`'${description.kind}' is no kind of server (tcp, tcp6, unix, fd, systemd, stdio)`);
  }
}

function portOf(description: Description): number {
  return description.number('port', description.required('port'), 0, 65_535);
}

function tcpOptionsOf(description: Description): { interface?: string; backlog?: number } {
  const host = description.optional('interface');
  return { ...(host === undefined ? {} : { interface: host }), ...backlogOf(description) };
}

function unix(reactor: Reactor, description: Description): ServerEndpoint {
  const path = description.required('path');
  const mode = description.number('mode', description.optional('mode') ?? '660', 0, 0o777, 8);
  const lockfile = description.number('lockfile', description.optional('lockfile') ?? '0', 0, 1);
  if (lockfile === 1) throw description.wrong('lockfile 1 is not to be had: the socket tells by itself who holds it');
  return new UNIXServerEndpoint(reactor, path, { mode, ...backlogOf(description) });
}

function socketOf(description: Description): SystemdSocket {
  const name = description.optional('name');
  const index = description.optional('index');
  const domain = description.optional('domain');
  if (name === undefined && index === undefined) throw description.wrong('it has neither name nor index');
  if (domain !== undefined && domain !== 'INET' && domain !== 'INET6' && domain !== 'UNIX')
    throw description.wrong(`domain '${domain}' is none of INET, INET6, UNIX`);
  return {
    ...(name === undefined ? {} : { name }),
    ...(index === undefined ? {} : { index: description.number('index', index, 0, 999_999) }),
    ...(domain === undefined ? {} : { domain }),
  };
}

function backlogOf(description: Description): { backlog?: number } {
  const backlog = description.optional('backlog');
  return backlog === undefined ? {} : { backlog: description.number('backlog', backlog, 1, 2 ** 31 - 1) };
}
