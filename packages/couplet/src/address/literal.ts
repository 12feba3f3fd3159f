/** Four decimal numbers of at most 255, without leading zeros, each before a dot or at the end. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** An IPv6 literal before a zone (RFC 4007), as far as its characters tell. */
const IPV6 = /^([\da-f:.]*:[\da-f:.]*)(?:%[^%]+)?$/i;
/** One of the eight groups of an IPv6 address. */
const GROUP = /^[\da-f]{1,4}$/i;
const GROUPS = 8;

/** `::ffff:0:0/96`: where the IPv4 addresses are among the IPv6 ones. */
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The family of an IP literal; undefined for a host name. */
export function familyOf(host: string): 'IPv4' | 'IPv6' | undefined {
  if (IPV4.test(host)) return 'IPv4';
  const [, literal] = IPV6.exec(host) ?? [];
  return literal !== undefined && addressOfIPv6(literal) !== undefined ? 'IPv6' : undefined;
}

/**
 * The bytes of an IP literal: 4 of an IPv4 address, 16 of an IPv6 one. An IPv6 address that stands for an IPv4 one
 * (RFC 4291, section 2.5.5.2) gives the 4 of that. Undefined for anything else, and for a literal with a zone.
 */
export function bytesOf(literal: string): Uint8Array | undefined {
  if (IPV4.test(literal)) return Uint8Array.from(literal.split('.'), Number);
  const address = addressOfIPv6(literal);
  return address && unmapped(address);
}

/**
 * The IP literal of 4 or 16 bytes, in its one canonical form: of an IPv6 address that of RFC 5952, such as `2001:db8::1`. One that
 * stands for an IPv4 address gives the literal of that.
 */
export function literalOf(bytes: Uint8Array): string {
  const plain = unmapped(bytes);
  return plain.length === 4 ? plain.join('.') : shortest(groupsOfBytes(plain));
}

/** The 16 bytes of an address among the IPv6 ones: those of 4 are the address that stands for them. */
export function mapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 4 ? Uint8Array.from([...MAPPED, ...bytes]) : bytes;
}

/** The IPv6 literal of 4 or 16 bytes, as the system writes it (RFC 5952): `2001:db8::1`, `::ffff:192.0.2.1`. */
export function ipv6LiteralOf(bytes: Uint8Array): string {
  const literal = literalOf(bytes);
  return literal.includes(':') ? literal : `::ffff:${literal}`;
}

/** The 16 bytes of an IPv6 literal (RFC 4291, section 2.2) without a zone; undefined for anything else. */
function addressOfIPv6(literal: string): Uint8Array | undefined {
  const [head = '', tail, ...more] = literal.split('::');
  if (more.length > 0) return undefined;
  const first = groupsOf(head, tail === undefined);
  const last = tail === undefined ? [] : groupsOf(tail, true);
  if (first === undefined || last === undefined) return undefined;
  const missing = GROUPS - first.length - last.length;
  // A double colon stands for one group of zeros or more, and nothing else does.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...new Array<number>(missing).fill(0), ...last];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The groups between colons; undefined for what has others. The last two of an address may be an IPv4 one. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else if (last && at === parts.length - 1 && IPV4.test(part))
      groups.push(...groupsOfBytes(Uint8Array.from(part.split('.'), Number)));
    else return undefined;
  }
  return groups;
}

function groupsOfBytes(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
}

/**
 * The groups without leading zeros, and the first of the longest runs of zeros left out, if it has more than one (RFC 5952,
 * section 4).
 */
function shortest(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16));
  let [from, length] = [0, 1];
  for (let start = 0, at = 0; at < groups.length; at += 1) {
    if (groups[at] !== 0) start = at + 1;
    else if (at + 1 - start > length) [from, length] = [start, at + 1 - start];
  }
  if (length === 1) return text.join(':');
  return `${text.slice(0, from).join(':')}::${text.slice(from + length).join(':')}`;
}

/** The IPv4 address that an IPv6 one stands for, if it does. */
function unmapped(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && MAPPED.every((byte, at) => bytes[at] === byte) ? bytes.subarray(12) : bytes;
}
