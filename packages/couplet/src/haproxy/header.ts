import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';

/** A header that names no addresses. */
export function nameless(version: 1 | 2, command: 'LOCAL' | 'PROXY', tlvs: readonly Tlv[] = []): ProxyHeader {
  return { version, command, source: undefined, destination: undefined, tlvs };
}
