/** A certificate and its key, both PEM (RFC 7468). */
export interface TlsIdentity {
  /** The certificate chain, the leaf first. */
  readonly cert: string;
  /** The private key of the leaf. */
  readonly key: string;
  /** The passphrase that the key is encrypted with; undefined for one in clear. */
  readonly passphrase?: string | undefined;
}

/** A version of TLS; older ones than these are broken (RFC 8996). */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** The settings of a server's handshakes (RFC 8446, RFC 5246). Never changed: a backend may keep what it made of them. */
export interface TlsServerSettings {
  readonly role: 'server';
  /** At least one. A client that asks for a name (RFC 6066, section 3) gets the first that has it, or the first of all. */
  readonly identities: readonly TlsIdentity[];
  /** The authorities of the peers' certificates, PEM; the runtime's own list where undefined. */
  readonly ca: string | undefined;
  /** Whether clients may, or must, present a certificate. One that is presented is verified in either case. */
  readonly clientAuth: 'none' | 'request' | 'require';
  /** Application protocols (RFC 7301), the preferred one first; none is negotiated when empty. */
  readonly alpn: readonly string[];
  /** The oldest version to accept. */
  readonly minVersion: TlsVersion;
}

/** The settings of a client's handshakes (RFC 8446, RFC 5246). Never changed: a backend may keep what it made of them. */
export interface TlsClientSettings extends Pick<TlsServerSettings, 'ca' | 'alpn' | 'minVersion'> {
  readonly role: 'client';
  /** The certificate to present to a server that asks; none where undefined. */
  readonly identity: TlsIdentity | undefined;
  /** Whether the server's certificate and name are verified; if not, any peer is taken for the server. */
  readonly verify: boolean;
}

/** What a backend made of settings; it serves any number of handshakes, and remembers sessions. */
export interface TlsContext {
  /** The side of the handshakes that it is for. */
  readonly role: 'server' | 'client';
}

/** A certificate of the peer (RFC 5280). */
export interface TlsCertificate {
  /** The distinguished name of the owner, an attribute per line: `CN=poems.example`. */
  readonly subject: string;
  /** The distinguished name of the authority, an attribute per line. */
  readonly issuer: string;
  /** The names that it is for, as OpenSSL prints them: `DNS:poems.example, IP Address:192.0.2.1`. */
  readonly subjectAltName: string;
  /** When it begins to be valid, in milliseconds since 1970 (UTC). */
  readonly validFrom: number;
  /** When it ceases to be valid, in milliseconds since 1970 (UTC). */
  readonly validTo: number;
  /** The serial number, in hexadecimal. */
  readonly serialNumber: string;
  /** The SHA-256 hash of the DER form: hexadecimal, colons between bytes. */
  readonly fingerprint256: string;
  /** The DER form. The bytes are not to be changed. */
  readonly der: Uint8Array;
}

/** The outcome of a handshake. */
export interface TlsInfo {
  /** The version of TLS, such as `TLSv1.3`. */
  readonly version: string;
  /** The cipher suite by its IANA name. */
  readonly cipher: string;
  /** The application protocol that was negotiated (RFC 7301); undefined when there is none. */
  readonly alpn: string | undefined;
  /** The name that the client asked for (RFC 6066, section 3); undefined when it did not ask. */
  readonly serverName: string | undefined;
  /** True when a session was resumed: there was no exchange of certificates. */
  readonly resumed: boolean;
  /** The peer's certificate; undefined when it did not present one. */
  readonly peerCertificate: TlsCertificate | undefined;
  /** True when the peer's certificate was verified. */
  readonly verified: boolean;
}
