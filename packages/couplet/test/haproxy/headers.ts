import fc from 'fast-check';
import { ipv6LiteralOf } from '../../src/address/literal.ts';
import { ProxyDecoder } from '../../src/haproxy/decoder.ts';
import type { ProxyHeader, Tlv } from '../../src/protocol/proxy-header.ts';
import type { SocketName } from '../../src/seam/address.ts';

/** Objects as they are written in sources. */
const PLAIN = { noNullPrototype: true };
const port = fc.nat(65_535);
const ipv4 = fc.record({ family: fc.constant('IPv4' as const), host: fc.ipV4(), port }, PLAIN);
const ipv6 = fc.record(
  {
    family: fc.constant('IPv6' as const),
    host: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipv6LiteralOf),
    port,
  },
  PLAIN,
);
const unix = fc.record(
  {
    family: fc.constant('UNIX' as const),
    path: fc.oneof(fc.constantFrom('', '\0abstract', '/run/ü.sock'), fc.stringMatching(/^\/[a-z/]{0,100}$/)),
  },
  PLAIN,
);
const tlv: fc.Arbitrary<Tlv> = fc.record(
  {
    type: fc.nat(255).filter((type) => type !== 3),
    value: fc.uint8Array({ maxLength: 20 }),
  },
  PLAIN,
);

/** Both ends of one connection, or neither. */
function ends(...kinds: fc.Arbitrary<SocketName>[]): fc.Arbitrary<[SocketName | undefined, SocketName | undefined]> {
  return fc.oneof(
    fc.constant<[undefined, undefined]>([undefined, undefined]),
    ...kinds.map((one) => fc.tuple(one, one)),
  );
}

/** Headers that are read as they were written. */
export const header: fc.Arbitrary<ProxyHeader> = fc.oneof(
  ends(ipv4, ipv6).map<ProxyHeader>(([source, destination]) => {
    return { version: 1, command: 'PROXY', source, destination, tlvs: [] };
  }),
  fc
    .tuple(ends(ipv4, ipv6, unix), fc.array(tlv, { maxLength: 4 }))
    .map<ProxyHeader>(([[source, destination], tlvs]) => ({ version: 2, command: 'PROXY', source, destination, tlvs })),
  fc.constant<ProxyHeader>({ version: 2, command: 'LOCAL', source: undefined, destination: undefined, tlvs: [] }),
);

/** What is read from pieces, with the values of the TLVs as plain arrays; and how many bytes belong to the header. */
export function read(pieces: Iterable<Uint8Array>, maxHeaderBytes = 4096): { outcome: unknown; taken: number } {
  const decoder = new ProxyDecoder(maxHeaderBytes);
  let taken = 0;
  for (const piece of pieces) taken += decoder.push(piece);
  const { outcome } = decoder;
  if (outcome === undefined || outcome instanceof Error) return { outcome: outcome?.message, taken };
  return {
    outcome: { ...outcome, tlvs: outcome.tlvs.map(({ type, value }) => ({ type, value: Uint8Array.from(value) })) },
    taken,
  };
}

/** The bytes of a header of version 2: the last byte of its head, family and protocol, and what follows its length. */
export function version2(command: number, family: number, rest: Uint8Array, length: number = rest.length): Buffer {
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
  return Buffer.concat([signature, Uint8Array.of(command, family, length >> 8, length & 0xff), rest]);
}
