import type { SocketName } from '../seam/address.ts';
import { bytesOf } from './literal.ts';

/**
 * Names the network that a peer belongs to, as `192.0.2.0/24` or `2001:db8::/64`: peers whose addresses share that number of leading
 * bits have the same name. An IPv6 address that stands for an IPv4 one counts as that. Link-local addresses on different links are
 * different networks (RFC 4007), `fe80::%eth0/64` for instance. Of a peer on a UNIX socket it is `UNIX`.
 */
export function networkOf(peer: SocketName, ipv4Prefix: number, ipv6Prefix: number): string {
  if (!('host' in peer)) return peer.family;
  const [host = '', zone] = peer.host.split('%');
  const bytes = bytesOf(host);
  if (bytes === undefined) return peer.host;
  if (bytes.length === 4) return `${leading(bytes, ipv4Prefix).join('.')}/${ipv4Prefix}`;
  const network = groups(leading(bytes, ipv6Prefix));
  return `${zone === undefined ? network : `${network}%${zone}`}/${ipv6Prefix}`;
}

/** The address of which only the first bits are kept. */
function leading(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, at) => byte & (0xff00 >> Math.max(0, Math.min(8, prefix - 8 * at))));
}

/** The IPv6 literal of 16 bytes, in which two colons stand for the zeros at the end. */
function groups(bytes: Uint8Array): string {
  let size = bytes.length;
  while (size > 0 && bytes[size - 1] === 0) size -= 1;
  let literal = '';
  for (let at = 0; at < size; at += 2) {
    const group = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    literal += at === 0 ? group.toString(16) : `:${group.toString(16)}`;
  }
  return size > 14 ? literal : `${literal}::`;
}
