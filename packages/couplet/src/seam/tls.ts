/** A certificate chain, the leaf first, and its key, both PEM (RFC 7468). */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** What the key is encrypted with; undefined for one in clear. */
  readonly passphrase?: string | undefined;
}

/** The oldest version that is spoken; older ones than these are broken (RFC 8996). */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** What a server's handshakes go by (RFC 8446, RFC 5246). Never changed: a backend may keep what it made of it. */
export interface TlsServerSettings {
  readonly role: 'server';
  /** At least one. A client that asks for a name (RFC 6066, section 3) gets the first that has it, others get the first of all. */
  readonly identities: readonly TlsIdentity[];
  /** Whose certificates clients may present, PEM; the runtime's own list where undefined. */
  readonly ca: string | undefined;
  /** Whether clients may, or must, present a certificate. One that is presented is verified in either case. */
  readonly clientAuth: 'none' | 'request' | 'require';
  /** Application protocols (RFC 7301), the most wanted first; empty: none is agreed on. */
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
}

/** What a client's handshakes go by. Never changed. */
export interface TlsClientSettings {
  readonly role: 'client';
  /** What to present to a server that asks. */
  readonly identity: TlsIdentity | undefined;
  /** Whose certificates servers may present, PEM; the runtime's own list where undefined. */
  readonly ca: string | undefined;
  /** False: whoever answers is taken for the server. */
  readonly verify: boolean;
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
}

/** What a backend made of settings; it is good for any number of handshakes, and remembers sessions. */
export interface TlsContext {
  readonly role: 'server' | 'client';
}

/** A certificate of the peer (RFC 5280). */
export interface TlsCertificate {
  /** The distinguished name, an attribute per line: `CN=poems.example`. */
  readonly subject: string;
  readonly issuer: string;
  /** The names that it is for, as OpenSSL prints them: `DNS:poems.example, IP Address:192.0.2.1`. */
  readonly subjectAltName: string;
  /** Milliseconds since 1970 (UTC). */
  readonly validFrom: number;
  readonly validTo: number;
  /** In hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the DER form: hexadecimal, colons between bytes. */
  readonly fingerprint256: string;
  /** The DER form. */
  readonly der: Uint8Array;
}

/** What a handshake agreed on. */
export interface TlsInfo {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  /** The cipher suite by its IANA name. */
  readonly cipher: string;
  /** The application protocol (RFC 7301), if one was agreed on. */
  readonly alpn: string | undefined;
  /** The name that the client asked for, if it did. */
  readonly serverName: string | undefined;
  /** True when a session was resumed: there was no exchange of certificates. */
  readonly resumed: boolean;
  /** The peer's certificate, if it presented one. */
  readonly peerCertificate: TlsCertificate | undefined;
  /** True when the peer's certificate was verified. */
  readonly verified: boolean;
}
