import type { SocketName } from '../../seam/address.ts';
import { AF_INET, AF_INET6, AF_UNIX, INET_BYTES, INET6_BYTES, INET6_ZONE_AT } from './linux.ts';
import type { SystemCalls } from './system-calls.ts';

/** The address of the path of a UNIX socket. An abstract name, which begins with a zero, has none at its end (unix(7)). */
export function unixAddress(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith('\0') ? path : `${path}\0`);
  return Buffer.concat([Uint8Array.of(AF_UNIX, 0), name]);
}

/** The family of an IP literal. */
export function familyOf(host: string): number {
  return host.includes(':') ? AF_INET6 : AF_INET;
}

/** The name of a socket by its address; undefined for an address of another family. */
export function nameOfAddress(calls: SystemCalls, address: Uint8Array): SocketName | undefined {
  // The kernel's memory is written again by the calls below.
  const bytes = Buffer.from(address);
  const family = bytes.length < 2 ? undefined : bytes.readUInt16LE(0);
  if (family === AF_INET && bytes.length >= INET_BYTES)
    return { family: 'IPv4', host: calls.hostOf(bytes), port: bytes.readUInt16BE(2) };
  if (family === AF_INET6 && bytes.length >= INET6_BYTES)
    return { family: 'IPv6', host: calls.hostOf(bytes) + zoneOf(calls, bytes), port: bytes.readUInt16BE(2) };
  return family === AF_UNIX ? { family: 'UNIX', path: pathOf(bytes.subarray(2)) } : undefined;
}

/** An address of fe80::/10 is one of an interface. */
function zoneOf(calls: SystemCalls, bytes: Buffer): string {
  const isLinkLocal = bytes[8] === 0xfe && ((bytes[9] ?? 0) & 0xc0) === 0x80;
  const name = isLinkLocal ? calls.interfaceOf(bytes.readUInt32LE(INET6_ZONE_AT)) : '';
  return name === '' ? '' : `%${name}`;
}

function pathOf(name: Buffer): string {
  if (name[0] === 0) return name.toString();
  const end = name.indexOf(0);
  return name.toString('utf8', 0, end < 0 ? name.length : end);
}
