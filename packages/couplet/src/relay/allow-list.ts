import { Cidr } from '../address/cidr.ts';
import { bytesOf } from '../address/literal.ts';

/**
 * Destinations that clients may reach: a host or a network of addresses, with a port. A name is checked as the client sent it,
 * whatever it resolves to: so a network permits IP addresses only, not names.
 */
export type Permit = {
  /** The port, 1 to 65,535, or `*` for all ports. */
  readonly port: number | '*';
} & (
  | {
      /** A host name, an IP address, or `*.example.org` for every name under `example.org` except that itself. */
      readonly host: string;
    }
  | {
      /** A network of IP addresses, such as `10.0.0.0/8` or `2001:db8::/32`. */
      readonly network: string;
    }
);

/**
 * Host names (RFC 952, RFC 1123), with underscores, as in practice. The last label begins with a letter: other names, such as
 * `127.1` or `0x7f.1`, are addresses to some resolvers.
 */
const NAME = /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z_][a-z0-9_-]{0,62}$/;

/** The destinations that permits name. Without permits it is empty. */
export class AllowList {
  readonly #rules: ((name: string, address: Uint8Array | undefined, port: number) => boolean)[];

  /** Throws a `RangeError` that names a permit which is not valid. */
  constructor(permits: readonly Permit[]) {
    this.#rules = permits.map((permit, at) => {
      try {
        return ruleOf(permit);
      } catch (error) {
        throw new RangeError(`permit ${at}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    });
  }

  /** True if a port of a host, given by name or IP address, may be reached. */
  permits(host: string, port: number): boolean {
    const address = bytesOf(host);
    const name = nameOf(host);
    if (address === undefined && !NAME.test(name)) return false;
    return port > 0 && this.#rules.some((rule) => rule(name, address, port));
  }
}

function ruleOf(permit: Permit): (name: string, address: Uint8Array | undefined, port: number) => boolean {
  const { port } = permit;
  if (port !== '*' && !(Number.isInteger(port) && port > 0 && port <= 65_535))
    throw new RangeError(`port is ${port}, not a whole number from 1 to 65535 or '*'`);
  const matches = 'network' in permit ? inNetwork(permit.network) : isHost(permit.host);
  return (name, address, asked) => (port === '*' || port === asked) && matches(name, address);
}

function inNetwork(text: string): (name: string, address: Uint8Array | undefined) => boolean {
  const network = new Cidr(text);
  return (_name, address) => address !== undefined && network.has(address);
}

function isHost(host: string): (name: string, address: Uint8Array | undefined) => boolean {
  if (bytesOf(host) !== undefined) return inNetwork(host);
  const wanted = nameOf(host);
  const parent = wanted.startsWith('*.') ? wanted.slice(2) : undefined;
  if (!NAME.test(parent ?? wanted))
    throw new RangeError(`host '${host}' is not a host name, '*.' and a host name, or an IP address`);
  return parent === undefined ? (name) => name === wanted : (name) => name.endsWith(`.${parent}`);
}

/** The name in lower case and without the final dot of the root, so that equal names are the same string. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
