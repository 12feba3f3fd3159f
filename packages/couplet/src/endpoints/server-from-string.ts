import { termsOf } from '../haproxy/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { Description, kindOf, unwrap } from './description.ts';
import type { ServerEndpoint } from './server-endpoints.ts';
import {
  AdoptedStreamServerEndpoint,
  StandardIOEndpoint,
  StreamServerEndpoint,
  TCP4ServerEndpoint,
  TCP6ServerEndpoint,
  UNIXServerEndpoint,
} from './server-endpoints.ts';
import type { SystemdSocket } from './systemd.ts';
import { SystemdServerEndpoint } from './systemd.ts';
import { serverTLSOf } from './tls-description.ts';
import { proxyEndpoint } from './wrap.ts';

/**
 * Reads a server description, and returns the endpoint that it names. Descriptions are, for example:
 *
 * - `tcp:8007:interface=127.0.0.1`, `tcp6:8007:backlog=100`
 * - `unix:/run/echo.sock:mode=600`
 * - `tls:8443:cert=/etc/echo/cert.pem:key=/etc/echo/key.pem`
 * - `fd:3`, `systemd:name=echo`
 * - `stdio:`
 * - around another endpoint: `haproxy:trusted=10.0.0.0/8,192.0.2.1:tcp:8007`, or with IPv6 networks, in brackets,
 *   `haproxy:trusted=[10.0.0.0/8,2001:db8::/32]:tcp6:8007`
 *
 * Throws an `EndpointSyntaxError` that names the part which is wrong, and a `TypeError` if `text` is not a string. Files are read
 * by `listen`, which rejects with an `EndpointSyntaxError` if one cannot be used.
 *
 * @param reactor The reactor that the endpoint listens with.
 * @param text The description; `quoteStringArgument` quotes a part of it.
 */
export function serverFromString(reactor: Reactor, text: string): ServerEndpoint {
  if (kindOf(text) === 'haproxy') return haproxy(reactor, text);
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
    case 'tls':
    case 'ssl':
      return tls(reactor, description);
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
      throw description.wrong(
        `'${description.kind}' is not a kind of server (tcp, tcp6, tls, ssl, unix, fd, systemd, stdio, haproxy)`,
      );
  }
}

function portOf(description: Description): number {
  return description.number('port', description.required('port'), 0, 65_535);
}

function tcpOptionsOf(description: Description): { interface?: string; backlog?: number } {
  const host = description.optional('interface');
  return { ...(host === undefined ? {} : { interface: host }), ...backlogOf(description) };
}

/** TLS on a TCP port, or around the endpoint that the argument `endpoint` describes. */
function tls(reactor: Reactor, description: Description): ServerEndpoint {
  const inner = description.optional('endpoint');
  const endpoint =
    inner === undefined
      ? new TCP4ServerEndpoint(reactor, portOf(description), tcpOptionsOf(description))
      : description.within(inner, (text) => serverFromString(reactor, text));
  const load = serverTLSOf(reactor['~surroundings'], description);
  return new StreamServerEndpoint(async (factory, given) => endpoint.listen(factory, { ...given, tls: await load() }));
}

function haproxy(reactor: Reactor, text: string): ServerEndpoint {
  const [description, inner] = unwrap(text);
  const trusted = description.optional('trusted')?.split(',');
  const timeout = description.optional('timeout');
  description.finish();
  if (trusted === undefined) throw description.wrong('it has no trusted, the networks of the proxies');
  if (inner === '') throw description.wrong('no endpoint follows, such as tcp:8007');
  const options = {
    trusted,
    ...(timeout === undefined ? {} : { headerTimeoutMs: 1000 * description.number('timeout', timeout, 1, 86_400) }),
  };
  try {
    termsOf(options);
  } catch (error) {
    throw description.wrong(`trusted: ${error instanceof Error ? error.message : error}`);
  }
  const endpoint = description.within(inner, (described) => serverFromString(reactor, described));
  return proxyEndpoint(endpoint, options);
}

function unix(reactor: Reactor, description: Description): ServerEndpoint {
  const path = description.required('path');
  const mode = description.number('mode', description.optional('mode') ?? '660', 0, 0o777, 8);
  const lockfile = description.number('lockfile', description.optional('lockfile') ?? '0', 0, 1);
  if (lockfile === 1) throw description.wrong('lockfile=1 is not supported: a stale socket is detected without one');
  return new UNIXServerEndpoint(reactor, path, { mode, ...backlogOf(description) });
}

function socketOf(description: Description): SystemdSocket {
  const name = description.optional('name');
  const index = description.optional('index');
  const domain = description.optional('domain');
  if (name === undefined && index === undefined) throw description.wrong('it has neither name nor index');
  if (domain !== undefined && domain !== 'INET' && domain !== 'INET6' && domain !== 'UNIX')
    throw description.wrong(`domain '${domain}' is not one of INET, INET6, UNIX`);
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
