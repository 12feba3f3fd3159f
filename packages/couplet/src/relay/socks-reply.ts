import type { Address } from '../address/address.ts';
import { bytesOf } from '../address/literal.ts';
import { ConnectionRefusedError, DNSLookupError, NoRouteError, TimeoutError } from '../protocol/errors.ts';

/** The versions of SOCKS; 4a is a way to write a request of version 4. */
export type SocksVersion = 4 | 5;

/** The outcomes of a request, with the reply codes of RFC 1928, section 6. Version 4 has one code for all that is not granted. */
const CODES = {
  granted: 0,
  failed: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  refused: 5,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;

/** The outcome of a request. */
export type SocksOutcome = keyof typeof CODES;

const NOWHERE = new Uint8Array(4);

/** The outcome of a request whose connection attempt failed. */
export function outcomeOf(error: Error): SocksOutcome {
  if (error instanceof ConnectionRefusedError) return 'refused';
  if (error instanceof NoRouteError) return 'networkUnreachable';
  return error instanceof DNSLookupError || error instanceof TimeoutError ? 'hostUnreachable' : 'failed';
}

/** Returns the reply to a request; `bound` is the local address of the connection that was made for it. */
export function replyOf(version: SocksVersion, outcome: SocksOutcome, bound?: Address): Buffer {
  const inet = bound !== undefined && 'port' in bound ? bound : undefined;
  const address = (inet && bytesOf(inet.host)) ?? NOWHERE;
  const port = inet?.port ?? 0;
  const portBytes = [port >> 8, port & 0xff];
  const code = CODES[outcome];
  if (version === 5) return Buffer.from([5, code, 0, address.length === 4 ? 1 : 4, ...address, ...portBytes]);
  return Buffer.from([0, code === 0 ? 90 : 91, ...portBytes, ...(address.length === 4 ? address : NOWHERE)]);
}
