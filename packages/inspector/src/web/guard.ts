import type { Answer } from './answer.ts';
import { refusal } from './answer.ts';
import type { WebRequest } from './request.ts';

/** Whom the pages are for. */
export interface GuardTerms {
  /** What a browser speaks to it. */
  readonly scheme: 'http' | 'https';
  /** What a request for data has to have; undefined where the permissions of a socket's file are the guard. */
  readonly token: string | undefined;
  /** The hosts by which it may be called, besides loopback: names and literals in small letters, without a port. */
  readonly hosts: ReadonlySet<string>;
}

const LOOPBACK = /^(?:localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|\[::1\])$/;
const HOST = /^(\[[\da-f:.]+\]|[^[\]:@/\s]+)(?::\d{1,5})?$/;

/** Returns the host without its port, in small letters; undefined if it is not one. */
function hostOf(authority: string): string | undefined {
  return HOST.exec(authority.toLowerCase())?.[1];
}

/** True for a host name or an IP literal, which is in brackets if it is of IPv6, without a port. */
export function isHost(text: string): boolean {
  return hostOf(text) === text.toLowerCase();
}

/** True for the host of an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Refuses what a foreign page made a browser ask: under a name that was rebound to this machine, from another origin, in a frame. The
 * page itself has no data, so that it may be opened by a link from anywhere.
 */
export function checkCaller({ fields, path }: WebRequest, { scheme, hosts }: GuardTerms): Answer | undefined {
  const authority = fields.get('host') ?? '';
  const host = hostOf(authority);
  if (host === undefined || !(isLoopback(host) || hosts.has(host)))
    return refusal(421, 'the Host is neither loopback nor one of the option allowedHosts');
  const origin = fields.get('origin');
  if (origin !== undefined && origin !== `${scheme}://${authority.toLowerCase()}`)
    return refusal(403, 'the Origin is another one');
  const site = fields.get('sec-fetch-site') ?? 'none';
  const opened =
    path === '/' && fields.get('sec-fetch-mode') === 'navigate' && fields.get('sec-fetch-dest') === 'document';
  if (site !== 'none' && site !== 'same-origin' && !opened) return refusal(403, 'the request comes from another site');
  return undefined;
}

/** Refuses a request for data without the token. */
export function checkToken({ fields }: WebRequest, { token }: GuardTerms): Answer | undefined {
  if (token === undefined) return undefined;
  const [, given = ''] = /^Bearer +([\w.~+/=-]+)$/i.exec(fields.get('authorization') ?? '') ?? [];
  if (isEqual(given, token)) return undefined;
  return refusal(401, 'the request does not have the token: Authorization: Bearer TOKEN', {
    'WWW-Authenticate': 'Bearer',
  });
}

/** Compares in a time that does not tell where the texts begin to differ. */
function isEqual(given: string, token: string): boolean {
  let difference = given.length ^ token.length;
  for (let at = 0; at < token.length; at += 1) difference |= (given.charCodeAt(at) || 0) ^ token.charCodeAt(at);
  return difference === 0;
}
