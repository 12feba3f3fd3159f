import type { Tlv } from '../protocol/proxy-header.ts';

/** The types of the specification (`PP2_TYPE_ALPN` and so on). Those from 0xe0 to 0xef are free for applications. */
export const TLV = {
  ALPN: 0x01,
  AUTHORITY: 0x02,
  /** The checksum of the header: 4 bytes. Reading verifies them, and writing fills them in. */
  CRC32C: 0x03,
  NOOP: 0x04,
  UNIQUE_ID: 0x05,
  SSL: 0x20,
  NETNS: 0x30,
} as const;

/** A TLV that was read. */
export type ReadTlv = Tlv & { readonly value: Buffer };

/** How many bytes stand before a value. */
const HEAD = 3;

/** Reads what fills the bytes exactly; undefined when they end inside of a TLV. The values are views of the bytes. */
export function readTlvs(bytes: Buffer): readonly ReadTlv[] | undefined {
  const tlvs: ReadTlv[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const start = at + HEAD;
    const end = start + bytes.readUInt16BE(at + 1);
    if (end > bytes.length) return undefined;
    tlvs.push({ type: bytes.readUInt8(at), value: bytes.subarray(start, end) });
    at = end;
  }
  return at === bytes.length ? tlvs : undefined;
}

/** The bytes of TLVs. Throws a `RangeError` that names the one which cannot be written. */
export function writeTlvs(tlvs: readonly Tlv[]): Buffer {
  return Buffer.concat(
    tlvs.flatMap(({ type, value }, at) => {
      if (!(Number.isInteger(type) && type >= 0 && type <= 0xff))
        throw new RangeError(`tlvs[${at}].type is ${type}, not a whole number from 0 to 255`);
      if (value.length > 0xffff)
        throw new RangeError(`tlvs[${at}].value has ${value.length} bytes, more than ${0xffff}`);
      return [Uint8Array.of(type, value.length >> 8, value.length & 0xff), value];
    }),
  );
}
