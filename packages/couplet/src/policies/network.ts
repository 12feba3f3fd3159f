import type { SocketName } from '../seam/address.ts';

/** The bits of an IPv6 address before the IPv4 address that is mapped into it (RFC 4291, 2.5.5.2). */
const MAPPED = 0xffffn;

/**
 * Names the network that a peer belongs to: peers whose addresses share so many leading bits have the same name. Link-local
 * addresses on different links are different networks (RFC 4007).
 */
export function networkOf(peer: SocketName, ipv4Prefix: number, ipv6Prefix: number): string {
  if (!('host' in peer)) return peer.family;
  if (peer.family === 'IPv4') return v4Network(v4Bits(peer.host), ipv4Prefix);
  const [host = '', zone = ''] = peer.host.split('%');
  const bits = v6Bits(host);
  if (bits >> 32n === MAPPED) return v4Network(bits & 0xffff_ffffn, ipv4Prefix);
  const shift = BigInt(128 - ipv6Prefix);
  return `6 ${(bits >> shift).toString(16)} ${zone}`;
}

function v4Network(bits: bigint, prefix: number): string {
  return `4 ${(bits >> BigInt(32 - prefix)).toString(16)}`;
}

function v4Bits(host: string): bigint {
  return host.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

/** The 128 bits of an IPv6 literal, in any of the forms of RFC 4291, 2.2. */
function v6Bits(host: string): bigint {
  const [head = '', tail] = host.split('::');
  const leading = groupsOf(head);
  if (tail === undefined) return joined(leading);
  const trailing = groupsOf(tail);
  const zeros = Array.from({ length: 8 - leading.length - trailing.length }, () => 0n);
  return joined([...leading, ...zeros, ...trailing]);
}

/** The groups of 16 bits; a dotted quad at the end is two of them. */
function groupsOf(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const bits = v4Bits(group);
    return [bits >> 16n, bits & 0xffffn];
  });
}

function joined(groups: readonly bigint[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}
