import type { Reactor } from 'couplet';
import {
  placeOf,
  type ServerEndpoint,
  type ServerPlace,
  serverFromString,
  UNIXServerEndpoint,
} from 'couplet/endpoints';
import { isLoopback } from '../web/guard.ts';
import type { InspectorOptions } from './options.ts';

const DEFAULT = 'tcp:0:interface=127.0.0.1';
/** The permissions of a socket that only its owner can use. */
const PRIVATE = 0o600;

/** Where an inspector listens: checked, but not opened. */
export interface InspectorPlace {
  /** The path of a UNIX socket. */
  readonly path: string | undefined;
  /** The host of its URL, where that has one: the first of `allowedHosts` for a place that other machines can reach. */
  readonly host: string | undefined;
  readonly secure: boolean;
  endpoint(reactor: Reactor): ServerEndpoint;
}

/**
 * Reads where an inspector is to listen. Throws an `EndpointSyntaxError` if that is not a server description, and an `Error` if others
 * than the user of this machine could reach it, unless that is allowed, encrypted, and has a name.
 */
export function readPlace({
  listen = DEFAULT,
  allowRemote = false,
  allowedHosts = [],
}: InspectorOptions): InspectorPlace {
  const refuse = (why: string): Error => new Error(`an inspector cannot listen on '${listen}': ${why}`);
  if (/^\s*haproxy:/.test(listen)) throw refuse('behind a proxy its guard would not see who asks');
  const place = placeOf(listen);
  const secure = place.tls !== undefined;
  const host = place.kind === 'tcp' ? bracketed(place.host.toLowerCase()) : undefined;
  const path = place.kind === 'unix' ? place.path : undefined;
  const read = { path, host, secure, endpoint: (reactor: Reactor) => serverFromString(reactor, listen) };
  if (place.kind === 'unix') {
    if (place.path.startsWith('\0'))
      throw refuse('an abstract socket has no permissions, so that every user could read it');
    const given = /(?<!\\):mode=/.test(listen);
    if ((given || secure) && (place.mode & ~PRIVATE) !== 0)
      throw refuse(`mode ${place.mode.toString(8)} lets other users in, mode=600 does not`);
    return given || secure ? read : { ...read, endpoint: (reactor) => privateSocket(reactor, place) };
  }
  if (host !== undefined && isLoopback(host)) return read;
  if (place.kind === 'stdio') throw refuse('it serves more than one connection');
  if (place.kind !== 'tcp') throw refuse('what it is cannot be told before it is opened');
  const where = 'other machines can reach it';
  if (!allowRemote)
    throw refuse(`${where}: interface=127.0.0.1 keeps them out, allowRemote: true lets them in, with tls:`);
  if (!secure) throw refuse(`${where}, so it has to be a tls: endpoint`);
  const [named] = allowedHosts;
  if (named === undefined) throw refuse(`${where}, so allowedHosts has to say by which name`);
  return { ...read, host: named };
}

/** A host as it stands in a URL. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function privateSocket(reactor: Reactor, { path, backlog }: ServerPlace & { kind: 'unix' }): ServerEndpoint {
  return new UNIXServerEndpoint(reactor, path, { mode: PRIVATE, backlog });
}
