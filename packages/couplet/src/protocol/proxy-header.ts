import type { SocketName } from '../seam/address.ts';
import { described } from '../values/checks.ts';

/** A type, a length of 16 bits and so many bytes: what version 2 adds to the addresses. Bytes that were read are the reader's. */
export interface Tlv {
  /** 0 to 255; `TLV` has those that the specification names. */
  readonly type: number;
  /** At most 65,535 bytes. */
  readonly value: Uint8Array;
}

/**
 * What a proxy says of a connection before it passes bytes on: a header of the PROXY protocol (HAProxy's
 * proxy-protocol.txt), version 1 (a line of text) or 2 (binary).
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `LOCAL`: the proxy speaks for itself, as in a health check. Only version 2 says so. */
  readonly command: 'LOCAL' | 'PROXY';
  /**
   * Who connected to the proxy. Undefined, like `destination`, where the header does not say (`LOCAL`, `UNKNOWN`, UNSPEC), or
   * says it of a datagram: what is not supported counts as UNSPEC.
   */
  readonly source: SocketName | undefined;
  /** Where to. Of the same family as `source`. */
  readonly destination: SocketName | undefined;
  /** What else is known of the connection, in the order of the header. Version 1 has none. */
  readonly tlvs: readonly Tlv[];
}

/** Throws a `TypeError` for what is neither a header nor a version of one. */
export function checkProxyHeader(header: unknown): void {
  if (header === 1 || header === 2 || (typeof header === 'object' && header !== null && 'version' in header)) return;
  throw new TypeError(`proxyHeader is ${described(header)}, neither a header nor 1 or 2`);
}
