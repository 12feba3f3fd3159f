/** Four decimal numbers of at most 255, without leading zeros. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
/** What may be an IPv6 literal, a zone (RFC 4007) split off. The rest of its grammar is the URL parser's business. */
const IPV6 = /^([0-9a-f:.]*:[0-9a-f:.]*)(?:%[^%]+)?$/i;

/** `::ffff:0:0/96`: where the IPv4 addresses are among the IPv6 ones. */
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The family of an IP literal; undefined for a host name. */
export function familyOf(host: string): 'IPv4' | 'IPv6' | undefined {
  if (IPV4.test(host)) return 'IPv4';
  const [, literal] = IPV6.exec(host) ?? [];
  return literal !== undefined && URL.canParse(`http://[${literal}]/`) ? 'IPv6' : undefined;
}

/**
 * The bytes of an IP literal: 4 of an IPv4 address, 16 of an IPv6 one. An IPv6 address that stands for an IPv4 one
 * (RFC 4291, section 2.5.5.2) gives the 4 of that. Undefined for anything else, and for a literal with a zone.
 */
export function bytesOf(literal: string): Uint8Array | undefined {
  const family = familyOf(literal);
  if (family === 'IPv4') return Uint8Array.from(literal.split('.'), Number);
  return family === 'IPv6' && !literal.includes('%') ? unmapped(bytesOfIPv6(literal)) : undefined;
}

/** The IP literal of 4 or 16 bytes. */
export function literalOf(bytes: Uint8Array): string {
  const plain = unmapped(bytes);
  if (plain.length === 4) return plain.join('.');
  return (Buffer.from(plain).toString('hex').match(/.{4}/g) ?? []).join(':');
}

/** The 16 bytes of an address among the IPv6 ones: those of 4 are the address that stands for them. */
export function mapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 4 ? Uint8Array.from([...MAPPED, ...bytes]) : bytes;
}

/** The IPv6 literal of 4 or 16 bytes, as the system writes it (RFC 5952): `2001:db8::1`, `::ffff:192.0.2.1`. */
export function ipv6LiteralOf(bytes: Uint8Array): string {
  const literal = literalOf(bytes);
  return literal.includes(':') ? shortest(literal) : `::ffff:${literal}`;
}

function bytesOfIPv6(literal: string): Uint8Array {
  const [head = '', tail] = shortest(literal).split('::');
  const groups = (text = ''): number[] => (text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16)));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

/** The URL parser writes all of them the same way: groups of hexadecimal digits, the longest run of zeros left out. */
function shortest(literal: string): string {
  return new URL(`http://[${literal}]/`).hostname.slice(1, -1);
}

/** The IPv4 address that an IPv6 one stands for, if it does. */
function unmapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && MAPPED.every((byte, at) => bytes[at] === byte) ? bytes.subarray(12) : bytes;
}
