import { encodeProxyHeader } from '../../src/haproxy/encode.ts';
import { TLV } from '../../src/haproxy/tlv.ts';
import type { ProxyHeader, Tlv } from '../../src/protocol/proxy-header.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Dice } from '../../src/time/dice.ts';

/** Bytes that mean something in a header, in one of its versions. */
const TELLING = [
  0x00, 0x01, 0x02, 0x03, 0x0a, 0x0d, 0x10, 0x11, 0x12, 0x20, 0x21, 0x22, 0x25, 0x2e, 0x30, 0x31, 0x32, 0x3a, 0x50,
  0x7f, 0xff,
] as const;
/** What is put into lines. */
const TOKENS = [
  ' ',
  '  ',
  '\r',
  '\n',
  '\r\n',
  '0',
  '00',
  '65536',
  '::',
  ':',
  '.',
  '%lo',
  'TCP4',
  'TCP6',
  'UNKNOWN',
  'PROXY ',
] as const;
const HOSTS = {
  IPv4: ['192.0.2.7', '255.255.255.255', '0.0.0.0', '127.0.0.1'],
  IPv6: ['2001:db8::7', '::1', '::', '::ffff:192.0.2.7', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
} as const;

/** The bytes of a header, most of the time changed in a few places, and then some that follow it. */
export function mutant(dice: Dice): Buffer {
  let bytes = encodeProxyHeader(someHeader(dice));
  for (let changes = dice.whole(0, 4); changes > 0; changes -= 1) bytes = changed(bytes, dice);
  return Buffer.concat([bytes, noise(dice, dice.whole(0, 20))]);
}

function someHeader(dice: Dice): ProxyHeader {
  const version = dice.chance(0.5) ? 1 : 2;
  const nobody = { source: undefined, destination: undefined };
  if (version === 2 && dice.chance(0.1)) return { version, command: 'LOCAL', ...nobody, tlvs: [] };
  const family = dice.pick(['IPv4', 'IPv6', 'UNIX', undefined] as const);
  const ends = family === undefined ? nobody : { source: someName(dice, family), destination: someName(dice, family) };
  const count = version === 1 ? 0 : dice.whole(0, 3);
  const tlvs = Array.from({ length: count }, () => someTlv(dice));
  if (version === 2 && dice.chance(0.3)) tlvs.push({ type: TLV.CRC32C, value: new Uint8Array(4) });
  return { version, command: 'PROXY', ...ends, tlvs };
}

function someName(dice: Dice, family: 'IPv4' | 'IPv6' | 'UNIX'): SocketName {
  if (family === 'UNIX') return { family, path: dice.pick(['', '/run/a.sock', '\0abstract', `/${'é'.repeat(53)}`]) };
  const host = family === 'IPv4' ? dice.pick(HOSTS.IPv4) : dice.pick(HOSTS.IPv6);
  return { family, host, port: dice.whole(0, 65_535) };
}

function someTlv(dice: Dice): Tlv {
  const { ALPN, AUTHORITY, NOOP, SSL, UNIQUE_ID } = TLV;
  return { type: dice.pick([ALPN, AUTHORITY, NOOP, SSL, UNIQUE_ID]), value: noise(dice, dice.whole(0, 12)) };
}

/** One change: a byte, a few bytes more or less, a token, a piece twice, the end cut off, another head. */
function changed(bytes: Buffer, dice: Dice): Buffer {
  const at = dice.whole(0, bytes.length);
  const to = Math.min(bytes.length, at + dice.whole(1, 4));
  const put = (what: Uint8Array, from = at): Buffer =>
    Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(from)]);
  switch (dice.whole(0, 8)) {
    case 0:
      return put(noise(dice, to - at), to);
    case 1:
      return put(Uint8Array.of(dice.pick(TELLING)), to);
    case 2:
      return put(noise(dice, dice.whole(1, 4)));
    case 3:
      return put(Buffer.from(dice.pick(TOKENS)));
    case 4:
      return put(Buffer.from(dice.pick(TOKENS)), to);
    case 5:
      return put(bytes.subarray(at, to));
    case 6:
      return put(new Uint8Array(), to);
    case 7:
      return bytes.subarray(0, at);
    default:
      return bytes.length < 16 ? bytes : otherHead(Buffer.from(bytes), dice);
  }
}

/** Changes what the head of version 2 says: command, family or length. */
function otherHead(bytes: Buffer, dice: Dice): Buffer {
  const length = dice.pick([0, 4, 12, 15, 36, 216, 4080, 4081, dice.whole(0, 0xffff)]);
  if (dice.chance(0.5)) bytes.writeUInt16BE(length, 14);
  else bytes[dice.pick([12, 13])] = dice.pick(TELLING);
  return bytes;
}

function noise(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice.whole(0, 255)));
}
