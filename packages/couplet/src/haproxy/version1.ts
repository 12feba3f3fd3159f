import { bytesOf, familyOf, ipv6LiteralOf } from '../address/literal.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { InetName } from '../seam/address.ts';
import type { AddressPair, Reading } from './header.ts';
import { hostBytesOf, nameless, ProxyHeaderError, portOf } from './header.ts';

/** No line is longer, CR and LF included. */
const MOST = 107;
const LF = 0x0a;
const UNKNOWN = 'PROXY UNKNOWN';
/** The beginnings of a line, each with what may follow up to the LF. */
const LINES: readonly (readonly [head: string, rest: RegExp])[] = [
  ['PROXY TCP4 ', /^[\d. ]*\r?$/],
  ['PROXY TCP6 ', /^[\da-fA-F:. ]*\r?$/],
  [UNKNOWN, /^(?: [^\r]*)?\r?$/],
];
const PORT = /^(?:0|[1-9]\d{0,4})$/;

/** Reads a header of version 1. Throws a `ProxyHeaderError` as soon as no more bytes could make these one. */
export function readVersion1(bytes: Buffer): Reading {
  const end = bytes.subarray(0, MOST).indexOf(LF);
  const text = bytes.toString('latin1', 0, end < 0 ? MOST : end);
  checkBeginning(text);
  if (end >= 0) return { header: headerOf(text), length: end + 1 };
  if (bytes.length >= MOST) throw new ProxyHeaderError(`no line ends within ${MOST} bytes`);
  return MOST;
}

/** Writes a header; `UNKNOWN` for ends that version 1 cannot express. Throws a `RangeError` if an address or port is not one. */
export function writeVersion1(ends: AddressPair | undefined): Buffer {
  if (ends === undefined || ends.family === 'UNIX') return Buffer.from(`${UNKNOWN}\r\n`);
  const { family, source, destination } = ends;
  const hosts = `${hostOf(source)} ${hostOf(destination)}`;
  return Buffer.from(
    `PROXY ${family === 'IPv4' ? 'TCP4' : 'TCP6'} ${hosts} ${portOf(source)} ${portOf(destination)}\r\n`,
  );
}

function checkBeginning(text: string): void {
  for (const [head, rest] of LINES) {
    if (head.startsWith(text)) return;
    if (!text.startsWith(head)) continue;
    if (rest.test(text.slice(head.length))) return;
    throw new ProxyHeaderError(`the line has an invalid character after '${head.trim()}'`);
  }
  throw new ProxyHeaderError('it begins like neither version 1 nor version 2');
}

/** Reads the header of a line, which includes CR and not LF. */
function headerOf(line: string): ProxyHeader {
  if (!line.endsWith('\r')) throw new ProxyHeaderError('the line ends with LF alone');
  if (line.startsWith(UNKNOWN)) return nameless(1, 'PROXY');
  const fields = line.slice(0, -1).split(' ');
  const [, protocol, source, destination, sourcePort, destinationPort] = fields;
  if (fields.length !== 6) throw new ProxyHeaderError(`the line has ${fields.length} fields, not 6`);
  const family = protocol === 'TCP4' ? 'IPv4' : 'IPv6';
  return {
    version: 1,
    command: 'PROXY',
    source: nameOf('source', family, source, sourcePort),
    destination: nameOf('destination', family, destination, destinationPort),
    tlvs: [],
  };
}

function nameOf(end: string, family: 'IPv4' | 'IPv6', host = '', port = ''): InetName {
  const bytes = familyOf(host) === family ? bytesOf(host) : undefined;
  if (bytes === undefined) throw new ProxyHeaderError(`the ${end} '${host}' is not an ${family} address`);
  if (!PORT.test(port) || Number(port) > 65_535)
    throw new ProxyHeaderError(`the ${end} port '${port}' is not a number from 0 to 65535`);
  return { family, host: family === 'IPv4' ? host : ipv6LiteralOf(bytes), port: Number(port) };
}

function hostOf(name: InetName): string {
  const bytes = hostBytesOf(name);
  return name.family === 'IPv4' ? bytes.join('.') : ipv6LiteralOf(bytes);
}
