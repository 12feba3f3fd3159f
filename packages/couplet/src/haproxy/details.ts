import type { ProxyHeader, Tlv } from '../protocol/proxy-header.ts';
import { readTlvs, TLV } from './tlv.ts';

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
