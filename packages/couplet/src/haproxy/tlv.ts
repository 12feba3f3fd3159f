import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';

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

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f6_3b78;
/** What each byte does to the sum. */
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

/** What the TLVs of a header say, as far as the specification gives them a meaning. Undefined is what they do not say. */
export interface ProxyDetails {
  /** The protocol that was negotiated with the client (RFC 7301), such as `h2`. */
  readonly alpn: string | undefined;
  /** The host name that the client asked for; over TLS its SNI. */
  readonly authority: string | undefined;
  /** How the proxies call the connection. The bytes are the header's. */
  readonly uniqueId: Uint8Array | undefined;
  /** The name of the network namespace. */
  readonly netns: string | undefined;
  /** Undefined too when the TLV is malformed. */
  readonly ssl: ProxySsl | undefined;
}

/** How the client is connected to the proxy. */
export interface ProxySsl {
  /** The client came over TLS. */
  readonly secured: boolean;
  /** It showed a certificate: on this connection, earlier in this TLS session, or never. */
  readonly certificate: 'connection' | 'session' | undefined;
  /** It showed a certificate, and the proxy found it good. */
  readonly verified: boolean;
  /** The version of TLS, such as `TLSv1.3`. */
  readonly version: string | undefined;
  /** The common name of the client's certificate. */
  readonly commonName: string | undefined;
  readonly cipher: string | undefined;
  /** The algorithm that signed the proxy's certificate, such as `SHA256`. */
  readonly signature: string | undefined;
  /** The algorithm of its key, such as `RSA2048`. */
  readonly key: string | undefined;
}

/** The bits of the first byte of an SSL TLV. */
const SECURED = 1;
const ON_CONNECTION = 2;
const IN_SESSION = 4;
/** That byte, and 32 bits that are 0 where the certificate was verified. */
const SSL_HEAD = 5;
/** The types of the TLVs inside of it. */
const VERSION = 0x21;
const COMMON_NAME = 0x22;
const CIPHER = 0x23;
const SIGNATURE = 0x24;
const KEY = 0x25;

/** Reads the TLVs of a header. Where one comes twice, the first counts. Never throws: it is the proxy that wrote them. */
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
