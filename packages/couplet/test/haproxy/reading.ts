import { isIPv4, isIPv6 } from 'node:net';
import type { SocketName } from '../../src/seam/address.ts';

/** Why there is no header: no more bytes could make these one, or more have to come. */
export type Absence = 'malformed' | 'unfinished';

/** A header as far as it matters who connected: how many bytes it has, and the names that it announces, if any. */
export interface Announced {
  readonly length: number;
  readonly names: readonly [source: SocketName, destination: SocketName] | undefined;
}

const LINE = /^PROXY (?:(TCP4|TCP6) ([^ ]+) ([^ ]+) (\d{1,5}) (\d{1,5})|UNKNOWN(?: [^\r\n]*)?)\r\n$/;
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

/**
 * Reads all the bytes of a connection's beginning at once, the plain way: one expression for a line, fixed offsets for version 2.
 * It shares nothing with the decoder, to be compared with it.
 */
export function reading(bytes: Buffer, maxHeaderBytes: number): Announced | Absence {
  const text = bytes.toString('latin1');
  if (text.startsWith('PROXY ')) return ofLine(text);
  if (text.startsWith(SIGNATURE)) return ofBinary(bytes, maxHeaderBytes);
  return 'PROXY '.startsWith(text) || SIGNATURE.startsWith(text) ? 'unfinished' : 'malformed';
}

function ofLine(text: string): Announced | Absence {
  const end = text.indexOf('\n') + 1;
  if (end === 0 && text.length < 107) return 'unfinished';
  const line = text.slice(0, end);
  const fields = LINE.exec(line);
  if (fields === null || line.length > 107) return 'malformed';
  const [, protocol, source = '', destination = '', sourcePort = '', destinationPort = ''] = fields;
  if (protocol === undefined) return { length: end, names: undefined };
  const ports = [sourcePort, destinationPort];
  if (ports.some((port) => String(Number(port)) !== port || Number(port) > 65_535)) return 'malformed';
  const hosts = [source, destination];
  const valid = protocol === 'TCP4' ? hosts.every(isIPv4) : hosts.every((host) => isIPv6(host) && !host.includes('%'));
  if (!valid) return 'malformed';
  const family = protocol === 'TCP4' ? 'IPv4' : 'IPv6';
  const names = [
    { family, host: source, port: Number(sourcePort) },
    { family, host: destination, port: Number(destinationPort) },
  ] as const;
  return { length: end, names };
}

function ofBinary(bytes: Buffer, maxHeaderBytes: number): Announced | Absence {
  if (bytes.length < 16) return 'unfinished';
  const length = 16 + (bytes[14] ?? 0) * 256 + (bytes[15] ?? 0);
  if (length > maxHeaderBytes) return 'malformed';
  if (bytes.length < length) return 'unfinished';
  if (bytes[12] === 0x20) return { length, names: undefined };
  if (bytes[12] !== 0x21) return 'malformed';
  const [protocol, family] = [(bytes[13] ?? 0) % 16, (bytes[13] ?? 0) >> 4];
  const size = [0, 12, 36, 216][family];
  if (size === undefined || protocol > 2) return 'malformed';
  const header = bytes.subarray(0, length);
  // What is not supported counts as unspecified: its addresses are skipped, and only a checksum can be wrong.
  if (protocol !== 1 || family === 0)
    return summed(header, 16 + size) === false ? 'malformed' : { length, names: undefined };
  if (length < 16 + size || summed(header, 16 + size) !== true) return 'malformed';
  if (size === 216) {
    const [source, destination] = [pathAt(bytes, 16), pathAt(bytes, 124)];
    return source === undefined || destination === undefined ? 'malformed' : { length, names: [source, destination] };
  }
  const width = size === 12 ? 4 : 16;
  const [from, ports] = [16, 16 + 2 * width];
  const source = inetAt(bytes.subarray(from, from + width), bytes.readUInt16BE(ports));
  const destination = inetAt(bytes.subarray(from + width, ports), bytes.readUInt16BE(ports + 2));
  return { length, names: [source, destination] };
}

/** Whether the checksum is right, if there is one; undefined when TLVs do not fill the header from there on. */
function summed(header: Buffer, from: number): boolean | undefined {
  let at = from;
  const sums: number[] = [];
  for (; at + 3 <= header.length; at += 3 + header.readUInt16BE(at + 1)) if (header[at] === 3) sums.push(at);
  const [sum] = sums;
  if (at !== Math.max(from, header.length)) return undefined;
  if (sums.length > 1) return false;
  if (sum === undefined) return true;
  if (header.readUInt16BE(sum + 1) !== 4) return false;
  const zeroed = Buffer.concat([header.subarray(0, sum + 3), Buffer.alloc(4), header.subarray(sum + 7)]);
  return header.readUInt32BE(sum + 3) === checksum(zeroed);
}

/** CRC32c bit by bit, as division of polynomials. */
function checksum(bytes: Buffer): number {
  let rest = 0xffff_ffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0x82f6_3b78 : rest >>> 1;
  }
  return ~rest >>> 0;
}

function inetAt(host: Buffer, port: number): SocketName {
  if (host.length === 4) return { family: 'IPv4', host: [...host].map(String).join('.'), port };
  const groups = Array.from({ length: 8 }, (_, at) => host.readUInt16BE(2 * at).toString(16));
  return { family: 'IPv6', host: groups.join(':'), port };
}

function pathAt(bytes: Buffer, at: number): SocketName | undefined {
  const [first = '', ...rest] = bytes.toString('latin1', at, at + 108);
  const after = rest.join('').split('\0', 1).join('');
  const path = first === '\0' && after === '' ? '' : first + after;
  try {
    return {
      family: 'UNIX',
      path: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(path, 'latin1')),
    };
  } catch {
    return undefined;
  }
}

/** The same text for the same name, however its address is written. */
export function textOf(name: SocketName | undefined): string {
  if (name === undefined) return 'unknown';
  if (name.family === 'UNIX') return `unix ${JSON.stringify(name.path)}`;
  if (name.family === 'PIPE') return 'pipe';
  if (name.family === 'IPv4') return `ipv4 ${name.host} ${name.port}`;
  return `ipv6 ${groupsOf(name.host).join(':')} ${name.port}`;
}

/** The eight groups of an address that is valid, without leading zeros. */
function groupsOf(host: string): string[] {
  const [before = [], after = []] = host
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
      const [first = 0, second = 0, third = 0, fourth = 0] = bytes.slice(0, 4).map(Number);
      return `${(256 * first + second).toString(16)}:${(256 * third + fourth).toString(16)}`;
    })
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}
