import { Cidr } from '../address/cidr.ts';
import { bytesOf } from '../address/literal.ts';

/**
 * Destinations that may be reached: a host, by name or IP literal, or a network of addresses, with a port or `*` for any.
 * `*.example.org` is every name under `example.org`, but not that itself. A name is judged as it was asked for, whatever it
 * resolves to: a network admits literals only.
 */
export type Permit = { readonly port: number | '*' } & ({ readonly host: string } | { readonly network: string });

/**
 * Host names (RFC 952, RFC 1123) and, as in practice, underscores. The last label begins with a letter: what does not, such
 * as `127.1` or `0x7f.1`, is an address in disguise to some resolvers.
 */
const NAME = /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z_][a-z0-9_-]{0,62}$/;

/** The destinations that permits name. Without a permit there is none. */
export class AllowList {
  readonly #rules: ((name: string, address: Uint8Array | undefined, port: number) => boolean)[];

  /** Throws a `RangeError` that names the permit which cannot be understood. */
  constructor(permits: readonly Permit[]) {
    this.#rules = permits.map((permit, at) => {
      try {
        return ruleOf(permit);
      } catch (error) {
        throw new RangeError(`permit ${at}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    });
  }

  /** Whether a host, a name or an IP literal, may be reached at a port. */
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

/** Names are the same in either case, and with the final dot of the root. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
