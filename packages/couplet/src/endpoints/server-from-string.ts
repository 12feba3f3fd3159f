import { familyOf } from '../address/literal.ts';
import { termsOf } from '../haproxy/options.ts';
import { DEFAULT_BACKLOG, DEFAULT_MODE } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { checkEndpoint } from './check-endpoint.ts';
import { Description, kindOf, taking, unwrap } from './description.ts';
import { type EndpointKind, othersFor, registered } from './registry.ts';
import type { ServerEndpoint } from './server-endpoints.ts';
import {
  AdoptedStreamServerEndpoint,
  StandardIOEndpoint,
  StreamServerEndpoint,
  TCP4ServerEndpoint,
  TCP6ServerEndpoint,
  UNIXServerEndpoint,
} from './server-endpoints.ts';
import { keyed, type ServerPlace, type SystemdSocket, systemdKey } from './server-place.ts';
import { SystemdServerEndpoint } from './systemd.ts';
import { serverTLSOf } from './tls-description.ts';
import { proxyEndpoint } from './wrap.ts';

/** A server description that was read. */
interface Server {
  readonly place: () => ServerPlace;
  /** Makes the endpoint that listens at the place. */
  readonly endpoint: (reactor: Reactor) => ServerEndpoint;
}

/**
 * Reads a server description, and returns the endpoint that it names. Descriptions are, for example:
 *
 * - `tcp:8007:interface=127.0.0.1`, `tcp:8007:reusePort=1`, `tcp6:8007:backlog=100:ipv6Only=1`
 * - `unix:/run/echo.sock:mode=600`
 * - `tls:8443:cert=/etc/echo/cert.pem:key=/etc/echo/key.pem`
 * - `fd:3`, `systemd:name=echo`
 * - `stdio:`
 * - around another endpoint: `haproxy:trusted=10.0.0.0/8,192.0.2.1:tcp:8007`, or with IPv6 networks, in brackets,
 *   `haproxy:trusted=[10.0.0.0/8,2001:db8::/32]:tcp6:8007`
 *
 * A program adds kinds of its own with `registerEndpoint`.
 *
 * Throws an `EndpointSyntaxError` that names the part which is wrong, and a `TypeError` if `text` is not a string. Files are read
 * by `listen`, which rejects with an `EndpointSyntaxError` if one cannot be used.
 *
 * @param reactor The reactor that the endpoint listens with.
 * @param text The description; `quoteStringArgument` quotes a part of it.
 */
export function serverFromString(reactor: Reactor, text: string): ServerEndpoint {
  return read(text).endpoint(reactor);
}

/**
 * Reads a server description as `serverFromString` does, and returns where it listens. Nothing is opened or looked up, and no file
 * is read.
 *
 * Throws an `EndpointSyntaxError` that names the part which is wrong, or says that the kind was registered without a `place`, and a
 * `TypeError` if `text` is not a string.
 */
export function placeOf(text: string): ServerPlace {
  return read(text).place();
}

function read(text: string): Server {
  const kind = kindOf(text);
  if (kind === 'haproxy') return haproxy(text);
  const own = registered(kind);
  if (own?.server !== undefined) return registeredServer(text, own, own.server);
  const description = new Description(text);
  const server = serverOf(description);
  description.finish();
  return server;
}

function serverOf(description: Description): Server {
  switch (description.kind) {
    case 'tcp':
      return tcp(description, '0.0.0.0', TCP4ServerEndpoint);
    case 'tcp6':
      return tcp(description, '::', TCP6ServerEndpoint);
    case 'tls':
    case 'ssl':
      return tls(description);
    case 'unix':
      return unix(description);
    case 'fd': {
      const fd = description.number('descriptor', description.required('descriptor'), 0, 2 ** 31 - 1);
      const given = backlogOf(description);
      return {
        place: () => keyed({ kind: 'fd', backlog: DEFAULT_BACKLOG, ...given, fd }),
        endpoint: (reactor) => new AdoptedStreamServerEndpoint(reactor, fd, given),
      };
    }
    case 'systemd': {
      const socket = socketOf(description);
      const given = backlogOf(description);
      return {
        place: () => ({ kind: 'systemd', backlog: DEFAULT_BACKLOG, ...given, socket, key: systemdKey(socket) }),
        endpoint: (reactor) => new SystemdServerEndpoint(reactor, socket, given),
      };
    }
    case 'stdio':
      description.nothing();
      return { place: () => keyed({ kind: 'stdio' }), endpoint: (reactor) => new StandardIOEndpoint(reactor) };
    default:
      throw description.wrong(
        `'${description.kind}' is not a kind of server (tcp, tcp6, tls, ssl, unix, fd, systemd, stdio, haproxy${othersFor('server')})`,
      );
  }
}

/** A kind that the program registered. */
function registeredServer(text: string, kind: EndpointKind, server: NonNullable<EndpointKind['server']>): Server {
  return {
    place: () =>
      taking(text, (description) => {
        const place = kind.place?.(description);
        if (place === undefined) throw description.wrong(`'${description.kind}' does not tell where it listens`);
        return place;
      }),
    endpoint: (reactor) =>
      taking(text, (description) => {
        const endpoint = server.call(kind, reactor, description);
        checkEndpoint(endpoint, 'listen');
        return endpoint;
      }),
  };
}

/** A TCP port, on the interface `all` unless the description names one. */
function tcp(description: Description, all: '0.0.0.0' | '::', Endpoint: typeof TCP4ServerEndpoint): Server {
  const port = description.number('port', description.required('port'), 0, 65_535);
  const host = description.optional('interface') ?? all;
  const given = { ...backlogOf(description), ...sharingOf(description, host) };
  return {
    place: () => keyed({ kind: 'tcp', backlog: DEFAULT_BACKLOG, ...given, host, port }),
    endpoint: (reactor) => new Endpoint(reactor, port, { ...given, interface: host }),
  };
}

/** TLS on a TCP port, or around the endpoint that the argument `endpoint` describes. */
function tls(description: Description): Server {
  const text = description.optional('endpoint');
  const { place, endpoint } =
    text === undefined ? tcp(description, '0.0.0.0', TCP4ServerEndpoint) : description.within(text, read);
  const { files, load } = serverTLSOf(description);
  return {
    place: () => ({ ...place(), tls: files }),
    endpoint: (reactor) => {
      const inner = endpoint(reactor);
      return new StreamServerEndpoint(async (factory, given) =>
        inner.listen(factory, { ...given, tls: await load(reactor['~surroundings']) }),
      );
    },
  };
}

function haproxy(text: string): Server {
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
  const { place, endpoint } = description.within(inner, read);
  return { place, endpoint: (reactor) => proxyEndpoint(endpoint(reactor), options) };
}

function unix(description: Description): Server {
  const path = description.required('path');
  const mode = description.number('mode', description.optional('mode') ?? DEFAULT_MODE.toString(8), 0, 0o777, 8);
  const lockfile = description.number('lockfile', description.optional('lockfile') ?? '0', 0, 1);
  if (lockfile === 1) throw description.wrong('lockfile=1 is not supported: a stale socket is detected without one');
  const given = backlogOf(description);
  return {
    place: () => keyed({ kind: 'unix', backlog: DEFAULT_BACKLOG, ...given, path, mode }),
    endpoint: (reactor) => new UNIXServerEndpoint(reactor, path, { mode, ...given }),
  };
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

/** How a TCP port shares its number with others. */
function sharingOf(description: Description, host: string): { ipv6Only?: boolean; reusePort?: boolean } {
  const ipv6Only = description.oneOf('ipv6Only', ['0', '1']);
  const reusePort = description.oneOf('reusePort', ['0', '1']);
  if (ipv6Only === '1' && familyOf(host) === 'IPv4')
    throw description.wrong(`ipv6Only needs an interface of IPv6, such as that of tcp6, and ${host} is not one`);
  return {
    ...(ipv6Only === undefined ? {} : { ipv6Only: ipv6Only === '1' }),
    ...(reusePort === undefined ? {} : { reusePort: reusePort === '1' }),
  };
}

function backlogOf(description: Description): { backlog?: number } {
  const backlog = description.optional('backlog');
  return backlog === undefined ? {} : { backlog: description.number('backlog', backlog, 1, 2 ** 31 - 1) };
}
