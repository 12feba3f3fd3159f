import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';

/** The types of TLVs that the specification names (`PP2_TYPE_ALPN` and so on). Types 0xe0 to 0xef are free for applications. */
export const TLV = {
  /** The protocol that was negotiated with the client (RFC 7301). */
  ALPN: 0x01,
  /** The host name that the client asked for, in UTF-8. */
  AUTHORITY: 0x02,
  /** The checksum of the header: 4 bytes. Reading verifies it, and writing fills it in. */
  CRC32C: 0x03,
  /** Padding, to be ignored. */
  NOOP: 0x04,
  /** The id that the proxies gave the connection. */
  UNIQUE_ID: 0x05,
  /** How the client is connected to the proxy; `detailsOf` reads it. */
  SSL: 0x20,
  /** The name of the network namespace. */
  NETNS: 0x30,
} as const;

/** A TLV that was read. */
export type ReadTlv = Tlv & { readonly value: Buffer };

/** How many bytes precede a value. */
const HEAD = 3;

/** Reads the TLVs that fill the bytes; undefined if the last one is cut off. The values are views of the bytes. */
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

/** The bytes of TLVs. Throws a `RangeError` that names the TLV which cannot be written. */
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

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f6_3b78;
/** How each byte changes the sum. */
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  return sum;
});

/** The CRC32c checksum of bytes (RFC 4960, appendix B), from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffff_ffff) >>> 0;
}

/** What the TLVs of a PROXY header say, as far as the specification defines them. A member without a TLV is undefined. */
export interface ProxyDetails {
  /** The protocol that was negotiated with the client (RFC 7301), such as `h2`. */
  readonly alpn: string | undefined;
  /** The host name that the client asked for; over TLS its SNI. */
  readonly authority: string | undefined;
  /** The id that the proxies gave the connection. The bytes belong to the header. */
  readonly uniqueId: Uint8Array | undefined;
  /** The name of the network namespace. */
  readonly netns: string | undefined;
  /** How the client is connected to the proxy; also undefined if the TLV is malformed. */
  readonly ssl: ProxySsl | undefined;
}

/** How the client of a PROXY header is connected to the proxy. */
export interface ProxySsl {
  /** Whether the client is connected over TLS. */
  readonly secured: boolean;
  /** When the client presented a certificate: on this connection, earlier in this TLS session, or never. */
  readonly certificate: 'connection' | 'session' | undefined;
  /** Whether the client presented a certificate that the proxy verified. */
  readonly verified: boolean;
  /** The version of TLS, such as `TLSv1.3`. */
  readonly version: string | undefined;
  /** The common name of the client's certificate. */
  readonly commonName: string | undefined;
  /** The cipher suite, such as `ECDHE-RSA-AES128-GCM-SHA256`. */
  readonly cipher: string | undefined;
  /** The algorithm that signed the proxy's certificate, such as `SHA256`. */
  readonly signature: string | undefined;
  /** The algorithm of the key of the proxy's certificate, such as `RSA2048`. */
  readonly key: string | undefined;
}

/** The bits of the first byte of an SSL TLV. */
const SECURED = 1;
const ON_CONNECTION = 2;
const IN_SESSION = 4;
/** That byte, and 32 bits that are 0 if the certificate was verified. */
const SSL_HEAD = 5;
/** The types of the TLVs inside it. */
const VERSION = 0x21;
const COMMON_NAME = 0x22;
const CIPHER = 0x23;
const SIGNATURE = 0x24;
const KEY = 0x25;

/** Returns what the TLVs of a header say. If one comes twice, the first counts; one that is malformed is ignored. It never throws. */
export function detailsOf({ tlvs }: ProxyHeader): ProxyDetails {
  const ssl = valueIn(tlvs, TLV.SSL);
  return {
    alpn: textIn(tlvs, TLV.ALPN),
    authority: textIn(tlvs, TLV.AUTHORITY),
    uniqueId: valueIn(tlvs, TLV.UNIQUE_ID),
    netns: textIn(tlvs, TLV.NETNS),
    ssl: ssl && sslOf(Buffer.from(ssl.buffer, ssl.byteOffset, ssl.length)),
  };
}

function sslOf(value: Buffer): ProxySsl | undefined {
  const parts = value.length < SSL_HEAD ? undefined : readTlvs(value.subarray(SSL_HEAD));
  if (parts === undefined) return undefined;
  const client = value.readUInt8(0);
  const certificate =
    (client & ON_CONNECTION) !== 0 ? 'connection' : (client & IN_SESSION) !== 0 ? 'session' : undefined;
  return {
    secured: (client & SECURED) !== 0,
    certificate,
    verified: certificate !== undefined && value.readUInt32BE(1) === 0,
    version: textIn(parts, VERSION),
    commonName: textIn(parts, COMMON_NAME),
    cipher: textIn(parts, CIPHER),
    signature: textIn(parts, SIGNATURE),
    key: textIn(parts, KEY),
  };
}

function valueIn(tlvs: readonly Tlv[], type: number): Uint8Array | undefined {
  return tlvs.find((tlv) => tlv.type === type)?.value;
}

/** A value as UTF-8. */
function textIn(tlvs: readonly Tlv[], type: number): string | undefined {
  const value = valueIn(tlvs, type);
  return value && Buffer.from(value).toString();
}
