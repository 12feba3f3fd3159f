import type { SocketName } from '../seam/address.ts';
import { described } from '../values/checks.ts';

/** An item of a PROXY header of version 2 besides the addresses: a type and a value of bytes. */
export interface Tlv {
  /** The type, 0 to 255. `TLV` of `couplet/endpoints` has the types that the specification names. */
  readonly type: number;
  /** The value, at most 65,535 bytes. That of a received header belongs to the program. */
  readonly value: Uint8Array;
}

/**
 * What a proxy says about a connection before it passes bytes on: a header of the PROXY protocol (proxy-protocol.txt of HAProxy),
 * of version 1 (a line of text) or 2 (binary).
 */
export interface ProxyHeader {
  /** The version of the header. */
  readonly version: 1 | 2;
  /** `PROXY` for a connection of a client; `LOCAL` for one of the proxy itself, such as a health check, in version 2 only. */
  readonly command: 'LOCAL' | 'PROXY';
  /**
   * The address of the client that connected to the proxy. Undefined if the header does not tell it (`LOCAL`, `UNKNOWN` or
   * UNSPEC), or is about a datagram, which is not supported and counts as UNSPEC.
   */
  readonly source: SocketName | undefined;
  /** The address that the client connected to, of the family of `source`. Undefined if and only if `source` is undefined. */
  readonly destination: SocketName | undefined;
  /** Further facts about the connection, in the order of the header. Empty in version 1. */
  readonly tlvs: readonly Tlv[];
}

/** Throws a `TypeError` unless the value is a header, or the number of a version. */
export function checkProxyHeader(header: unknown): void {
  if (header === 1 || header === 2 || (typeof header === 'object' && header !== null && 'version' in header)) return;
  throw new TypeError(`proxyHeader is ${described(header)}, neither a header nor 1 or 2`);
}
