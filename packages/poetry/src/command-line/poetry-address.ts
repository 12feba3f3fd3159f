import { isIPv6 } from 'node:net';
import { EndpointSyntaxError, reactor } from 'couplet';
import { clientFromString, StandardIOClientEndpoint } from 'couplet/endpoints';
import { leaveOutput } from '../terminal/output.ts';
import { clientForm } from './hint.ts';
import { UsageError } from './usage-error.ts';

/** Where a poem is served. */
export interface PoetryAddress {
  /** As people write it: `127.0.0.1:10000`, or the endpoint string that was given. */
  readonly name: string;
  /** The endpoint string to connect to. */
  readonly endpoint: string;
}

const ENDPOINT = /^(tcp|tls|ssl|unix|stdio|haproxy):/;
const HOST_PORT = /^(?:(?<host>[^\s\p{Cc}:/[\]\\@=]*|\[(?<literal>[^\]]*)\]):)?(?<port>\d{1,5})$/u;

/**
 * Reads `port`, `:port`, `host:port`, `[ipv6]:port` or an endpoint string such as `tcp:host:port:timeout=5`; the default
 * host is 127.0.0.1. `tcp:10000`, which lacks a part of an endpoint string, is the host called tcp. Throws a `UsageError` for
 * anything else. `checkEndpoint` checks the inside of an endpoint string.
 */
export function poetryAddress(text: string): PoetryAddress {
  const { host, literal, port } = HOST_PORT.exec(text)?.groups ?? {};
  if (port === undefined) {
    if (ENDPOINT.test(text)) return { name: text, endpoint: text };
    throw new UsageError(
      `address '${text}' is none of port, :port, host:port, [ipv6]:port and endpoint strings like tcp:host:port`,
    );
  }
  const number = Number(port);
  if (number < 1 || number > 65_535) throw new UsageError(`address '${text}': port ${port} is not from 1 to 65535`);
  if (literal !== undefined) {
    if (!isIPv6(literal)) throw new UsageError(`address '${text}': '${literal}' is not an IPv6 address`);
    return { name: `[${literal}]:${number}`, endpoint: `tcp:[${literal}]:${number}` };
  }
  const name = `${host === undefined || host === '' ? '127.0.0.1' : host}:${number}`;
  return { name, endpoint: `tcp:${name}` };
}

/** Throws a `UsageError` when an endpoint string cannot be understood; leaves standard output to an endpoint that uses it. */
export function checkEndpoint(endpoint: string): void {
  try {
    if (clientFromString(reactor, endpoint) instanceof StandardIOClientEndpoint) leaveOutput();
  } catch (error) {
    if (error instanceof EndpointSyntaxError) {
      throw new UsageError(error.message, { cause: error, hint: clientForm(endpoint) });
    }
    throw error;
  }
}
