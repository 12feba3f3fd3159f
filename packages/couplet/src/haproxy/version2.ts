import { ipv6LiteralOf } from '../address/literal.ts';
import { EMPTY } from '../bytes/chunk.ts';
import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';
import type { InetName, UnixName } from '../seam/address.ts';
import type { AddressPair, Reading } from './header.ts';
import { hostBytesOf, nameless, ProxyHeaderError, portOf } from './header.ts';
import type { ReadTlv } from './tlv.ts';
import { crc32c, readTlvs, TLV, writeTlvs } from './tlv.ts';

const SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** The signature, a byte for version and command, one for family and protocol, and 16 bits for the length of the rest. */
const HEAD = 16;
/** The most that the 16 bits can say, and the head. */
const MOST = HEAD + 0xffff;
const LOCAL = 0x20;
const PROXY = 0x21;
const UNSPEC = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNIX_STREAM = 0x31;
/** How many bytes the addresses of each family have: unspecified, IPv4, IPv6, UNIX. The family is in the high four bits ... */
const SIZES: readonly number[] = [0, 12, 36, 216];
/** ... and the protocol in the low ones: unspecified, stream, datagram. */
const PROTOCOLS = 3;
/** The codes whose addresses are read. A receiver takes all others of the specification for unspecified (section 2.2). */
const SUPPORTED: ReadonlySet<number> = new Set([TCP4, TCP6, UNIX_STREAM]);
/** The bytes of one path. */
const PATH = 108;

/** Reads a header of version 2. Throws a `ProxyHeaderError` as soon as no more bytes could make these one. */
export function readVersion2(bytes: Buffer, maxHeaderBytes: number): Reading {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (bytes.compare(SIGNATURE, 0, begun, 0, begun) !== 0)
    throw new ProxyHeaderError('it begins like neither version 1 nor version 2');
  // Bytes that are missing yet are taken to be valid.
  const [command = PROXY, family = UNSPEC] = bytes.subarray(SIGNATURE.length);
  if (command !== LOCAL && command !== PROXY)
    throw new ProxyHeaderError(`its version and command, ${hex(command)}, are unknown`);
  const size = command === LOCAL ? 0 : sizeOf(family);
  if (size === undefined) throw new ProxyHeaderError(`its family and protocol, ${hex(family)}, are unknown`);
  if (bytes.length < HEAD) return HEAD;
  const length = HEAD + bytes.readUInt16BE(HEAD - 2);
  if (length > maxHeaderBytes) throw new ProxyHeaderError(`it has ${length} bytes, more than ${maxHeaderBytes}`);
  if (length < HEAD + size && SUPPORTED.has(family))
    throw new ProxyHeaderError(`the ${size} bytes of its addresses do not fit into ${length - HEAD}`);
  if (bytes.length < length) return length;
  // The rest of a LOCAL header is skipped.
  return { header: command === LOCAL ? nameless(2, 'LOCAL') : headerOf(bytes, family, size), length };
}

/** Writes a header. Throws a `RangeError` for an address or a TLV that it cannot contain. */
export function writeVersion2(command: 'LOCAL' | 'PROXY', ends: AddressPair | undefined, tlvs: readonly Tlv[]): Buffer {
  const [family, addresses] = addressesOf(ends);
  const added = writeTlvs(tlvs);
  const size = addresses.length + added.length;
  if (HEAD + size > MOST) throw new RangeError(`the header has ${HEAD + size} bytes, more than ${MOST}`);
  const code = command === 'LOCAL' ? LOCAL : PROXY;
  const bytes = Buffer.concat([SIGNATURE, Uint8Array.of(code, family, size >> 8, size & 0xff), addresses, added]);
  const place = checksumIn(readTlvs(bytes.subarray(HEAD + addresses.length)) ?? [], RangeError);
  if (place !== undefined) seal(bytes, place);
  return bytes;
}

function addressesOf(ends: AddressPair | undefined): [family: number, addresses: Buffer] {
  if (ends === undefined) return [UNSPEC, EMPTY];
  if (ends.family === 'UNIX')
    return [UNIX_STREAM, Buffer.concat([pathBytesOf(ends.source), pathBytesOf(ends.destination)])];
  const ports = [portOf(ends.source), portOf(ends.destination)].flatMap((port) => [port >> 8, port & 0xff]);
  const hosts = [hostBytesOf(ends.source), hostBytesOf(ends.destination)];
  return [ends.family === 'IPv4' ? TCP4 : TCP6, Buffer.concat([...hosts, Uint8Array.from(ports)])];
}

function pathBytesOf({ path }: UnixName): Buffer {
  const bytes = Buffer.from(path);
  if (bytes.length > PATH) throw new RangeError(`the path '${path}' has ${bytes.length} bytes, more than ${PATH}`);
  if (bytes.includes(0, 1)) throw new RangeError(`the path '${path}' has a NUL inside`);
  return Buffer.concat([bytes], PATH);
}

/** How many bytes the addresses of a family and protocol have; undefined if the specification does not have these. */
function sizeOf(code: number): number | undefined {
  return (code & 0xf) < PROTOCOLS ? SIZES[code >> 4] : undefined;
}

/** Reads a `PROXY` header that is whole. */
function headerOf(bytes: Buffer, family: number, size: number): ProxyHeader {
  const tlvs = readTlvs(bytes.subarray(HEAD + size));
  const supported = SUPPORTED.has(family);
  if (tlvs === undefined) {
    // The length of unsupported addresses is not known: they are skipped, with what follows.
    if (!supported) return nameless(2, 'PROXY');
    throw new ProxyHeaderError('the last TLV does not fit into it');
  }
  verify(bytes, tlvs);
  if (!supported) return nameless(2, 'PROXY', tlvs);
  const block = bytes.subarray(HEAD, HEAD + size);
  const nameAt = family === UNIX_STREAM ? unixName : inetName;
  return { version: 2, command: 'PROXY', source: nameAt(block, 0), destination: nameAt(block, 1), tlvs };
}

/** The address and port of one end: both hosts come first, then both ports. */
function inetName(block: Buffer, end: 0 | 1): InetName {
  const length = block.length / 2 - 2;
  const host = block.subarray(end * length, (end + 1) * length);
  const port = block.readUInt16BE(2 * length + 2 * end);
  return length === 4
    ? { family: 'IPv4', host: host.join('.'), port }
    : { family: 'IPv6', host: ipv6LiteralOf(host), port };
}

/** The path of one end, up to a NUL. A NUL in front belongs to it and marks an abstract name (unix(7)). */
function unixName(block: Buffer, end: 0 | 1): UnixName {
  const field = block.subarray(end * PATH, (end + 1) * PATH);
  const nul = field.indexOf(0, 1);
  const bytes = field.subarray(0, nul < 0 ? PATH : nul);
  const path = bytes.toString();
  if (!Buffer.from(path).equals(bytes)) throw new ProxyHeaderError('a path is not valid UTF-8');
  return { family: 'UNIX', path: path === '\0' ? '' : path };
}

/** Throws if there is a checksum that is wrong. */
function verify(bytes: Buffer, tlvs: readonly ReadTlv[]): void {
  const place = checksumIn(tlvs, ProxyHeaderError);
  if (place === undefined) return;
  const announced = place.readUInt32BE();
  const counted = seal(bytes, place);
  if (announced !== counted) throw new ProxyHeaderError(`its checksum is ${hex(announced)}, not ${hex(counted)}`);
}

/** The bytes of the checksum, if there is one. */
function checksumIn(tlvs: readonly ReadTlv[], Wrong: new (why: string) => Error): Buffer | undefined {
  const [first, ...more] = tlvs.filter(({ type }) => type === TLV.CRC32C);
  if (first === undefined) return undefined;
  if (more.length > 0 || first.value.length !== 4) throw new Wrong('a header has one checksum at most, of 4 bytes');
  return first.value;
}

/** Writes the checksum of the bytes into its place among them, and returns it. The place counts as zeros. */
function seal(bytes: Buffer, place: Buffer): number {
  place.fill(0);
  const sum = crc32c(bytes);
  place.writeUInt32BE(sum);
  return sum;
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(2, '0')}`;
}
