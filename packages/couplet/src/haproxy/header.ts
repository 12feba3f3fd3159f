import { bytesOf, familyOf, mapped } from '../address/literal.ts';
import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';
import type { InetName, UnixName } from '../seam/address.ts';

/**
 * A connection did not begin with a PROXY header that is accepted: the header is malformed, cut short or late, or the peer is not
 * trusted to send one. The connection is closed, and `connectionRefused` of the observers is called with this. The cause is a
 * `Cause` if the connection ended before the header was whole; otherwise there is none.
 */
export class ProxyHeaderError extends Error {
  override name = 'ProxyHeaderError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_PROXY_HEADER';
  /** Makes the error. `why` says in one line what is wrong with the header. */
  constructor(why: string, options?: ErrorOptions) {
    super(`PROXY header: ${why}`, options);
  }
}

/**
 * The result of a look at the first bytes of a connection: the header and its length in bytes, or how many bytes, at most, the
 * next look needs.
 */
export type Reading = { readonly header: ProxyHeader; readonly length: number } | number;

/** A header that names no addresses. */
export function nameless(version: 1 | 2, command: 'LOCAL' | 'PROXY', tlvs: readonly Tlv[] = []): ProxyHeader {
  return { version, command, source: undefined, destination: undefined, tlvs };
}

/** Both ends of the connection that a header announces. */
export type AddressPair =
  | { readonly family: 'IPv4' | 'IPv6'; readonly source: InetName; readonly destination: InetName }
  | { readonly family: 'UNIX'; readonly source: UnixName; readonly destination: UnixName };

/** The ends that a header names, if it names them. Throws a `RangeError` if it names one only, or two of different families. */
export function pairOf({ source, destination }: ProxyHeader): AddressPair | undefined {
  if (source === undefined && destination === undefined) return undefined;
  if (source?.family === 'UNIX' && destination?.family === 'UNIX') return { family: 'UNIX', source, destination };
  if (source?.family === 'IPv4' && destination?.family === 'IPv4') return { family: 'IPv4', source, destination };
  if (source?.family === 'IPv6' && destination?.family === 'IPv6') return { family: 'IPv6', source, destination };
  throw new RangeError(
    `source is ${source?.family} and destination ${destination?.family}: both must be of the same family`,
  );
}

/** The bytes of a host, 4 or 16 as its family says, without the zone, which is local. Throws a `RangeError` if it is not an address. */
export function hostBytesOf({ family, host }: InetName): Uint8Array {
  const [literal = ''] = host.split('%');
  const bytes = familyOf(literal) === family ? bytesOf(literal) : undefined;
  if (bytes === undefined) throw new RangeError(`'${host}' is not an ${family} address`);
  return family === 'IPv6' ? mapped(bytes) : bytes;
}

/** The port of an end. Throws a `RangeError` if it is not a port. */
export function portOf({ port }: InetName): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`port ${port} is not a whole number from 0 to 65535`);
}
