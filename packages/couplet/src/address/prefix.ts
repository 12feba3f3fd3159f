import type { SocketName } from '../seam/address.ts';
import { bytesOf } from './literal.ts';

/**
 * Names the network that a peer belongs to: peers whose addresses share that number of leading bits have the same name. An IPv6
 * address that stands for an IPv4 one counts as that. Link-local addresses on different links are different networks (RFC 4007).
 */
export function networkOf(peer: SocketName, ipv4Prefix: number, ipv6Prefix: number): string {
  if (!('host' in peer)) return peer.family;
  const [host = '', zone = ''] = peer.host.split('%');
  const bytes = bytesOf(host) ?? new Uint8Array();
  return bytes.length === 4 ? `4 ${leading(bytes, ipv4Prefix)}` : `6 ${leading(bytes, ipv6Prefix)} ${zone}`;
}

/** The first bits of an address, as a number. */
function leading(bytes: Uint8Array, prefix: number): string {
  const bits = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  return (bits >> BigInt(8 * bytes.length - prefix)).toString(16);
}
