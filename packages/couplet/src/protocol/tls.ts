import { familyOf } from '../address/literal.ts';
import type { TlsClientSettings, TlsIdentity, TlsServerSettings, TlsVersion } from '../seam/tls.ts';
import { checkAboveZero, checkWord, described } from '../values/checks.ts';

/** Letters, digits, hyphens and underscores of any language, and dots between labels; asterisks occur in certificates. */
const NAME = /^(?:[\w.*-]|\P{ASCII})+$/u;

/**
 * Returns the name of a host as TLS writes it, in a ClientHello and in certificates: A-labels (RFC 5890, section 2.3.2.1), small
 * letters, without the final dot of the root (RFC 6066, section 3). So all spellings of a name become one. An IP literal stays as
 * it is. Undefined for a name in Unicode that cannot be written so (UTS #46, as the URL Standard applies it), and for an empty
 * one.
 */
export function serverNameOf(host: string): string | undefined {
  if (familyOf(host) !== undefined) return host;
  const name = ascii(host)?.toLowerCase().replace(/\.$/, '');
  return name === '' ? undefined : name;
}

function ascii(host: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(host)) return host;
  const url = `ws://${host}`;
  return NAME.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The allowed values, to check options that were not type-checked. */
const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
const CLIENT_AUTHS: readonly TlsServerSettings['clientAuth'][] = ['none', 'request', 'require'];

/** Certificates or a key in PEM form (RFC 7468): text, or its bytes. Bytes are read at once and not kept. */
export type PEM = string | Uint8Array;

/** A certificate and its private key, in PEM form (RFC 7468). */
export interface TLSIdentity {
  /** The certificate, followed by the intermediate ones between it and that of the authority, if there are any. */
  readonly cert: PEM;
  /** The private key of the certificate. */
  readonly key: PEM;
  /** The passphrase that the key is encrypted with; the key is not encrypted unless set. */
  readonly passphrase?: string;
}

/** Options of `ServerTLS` and `ClientTLS`. */
export interface TLSOptions {
  /**
   * The application protocols to offer or accept (RFC 7301), the preferred one first: `['h2', 'http/1.1']`. ALPN is not used
   * unless set.
   */
  readonly alpn?: readonly string[];
  /** The oldest version of TLS to accept; `TLSv1.2` unless set. */
  readonly minVersion?: TlsVersion;
  /** How long a handshake may take, in milliseconds, above 0; 10,000 unless set. */
  readonly handshakeTimeoutMs?: number;
}

/** Options of `ServerTLS`. */
export interface ServerTLSOptions extends TLSIdentity, TLSOptions {
  /** Further certificates, for clients that ask for a server name (RFC 6066, section 3) which the first certificate is not for. */
  readonly identities?: readonly TLSIdentity[];
  /**
   * Whether clients may (`request`) or must (`require`) present a certificate; `none` unless set. A certificate that is presented
   * must be issued by an authority in `ca`, which has to be set for both.
   */
  readonly clientAuth?: 'none' | 'request' | 'require';
  /** The certificates of the authorities that may have issued certificates of clients. */
  readonly ca?: PEM;
}

/** Options of `ClientTLS`. */
export interface ClientTLSOptions extends TLSOptions {
  /**
   * The certificates of the authorities that may have issued the server's certificate; those that the runtime trusts unless set.
   */
  readonly ca?: PEM;
  /** The certificate to present to a server that asks for one; none unless set. */
  readonly identity?: TLSIdentity;
  /**
   * The name that the server's certificate must be for: a host name, in Unicode or not, or an IP address; the host that is
   * connected to unless set.
   */
  readonly serverName?: string;
  /**
   * Whether the server's certificate is verified; true unless set. With false, an attacker between the two sides can read and
   * change everything: the first use prints a warning to standard error.
   */
  readonly verify?: boolean;
}

/** The settings of TLS for one side of a connection. */
export type TLS = ServerTLS | ClientTLS;

/**
 * The settings of TLS (RFC 8446, RFC 5246) in the role of the server, for any number of ports and connections: `listenTCP(8443,
 * factory, { tls })`, or `transport.startTLS(tls)`. Whether certificates and keys can be used is checked on their first use, not
 * by the constructor.
 */
export class ServerTLS {
  /** Tells `ServerTLS` and `ClientTLS` apart. */
  readonly role = 'server';
  /** How long a handshake may take, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  #settings: TlsServerSettings;
  #read: (() => Promise<ServerTLSOptions>) | undefined;

  /**
   * Makes settings whose options can be read again, for instance from files: calls `read` now, and each time `reload` is called.
   * Resolves to the settings. Rejects with what `read` rejects with, and with a `TypeError` or `RangeError` that names an option
   * which is not valid.
   */
  static async from(read: () => Promise<ServerTLSOptions>): Promise<ServerTLS> {
    const tls = new ServerTLS(await read());
    tls.#read = read;
    return tls;
  }

  /**
   * Takes a certificate, its key and further options. Throws a `TypeError` or `RangeError` that names an option which is not
   * valid: a certificate or key that is not PEM, an unknown version, a `clientAuth` without a `ca`, or a value outside of its
   * range.
   */
  constructor(options: ServerTLSOptions) {
    this.handshakeTimeoutMs = timeoutOf(options);
    this.#settings = serverSettings(options);
  }

  /** The settings that the next handshake uses, checked and with defaults. */
  get settings(): TlsServerSettings {
    return this.#settings;
  }

  /**
   * Replaces certificates, keys and other options: handshakes from now on use the new ones, open connections go on.
   * `handshakeTimeoutMs` stays. If the certificates cannot be used, that is reported at the next handshake, and the old ones stay
   * in use. Throws a `TypeError` or `RangeError` that names an option which is not valid; then nothing is replaced.
   */
  replace(options: ServerTLSOptions): void {
    this.#settings = serverSettings(options);
  }

  /**
   * Reads the options again, and replaces the old ones: handshakes from now on use them, open connections go on. Does nothing
   * unless the settings were made by `ServerTLS.from`. Rejects with what its `read` rejects with, and with a `TypeError` or
   * `RangeError` that names an option which is not valid; then nothing is replaced.
   */
  async reload(): Promise<void> {
    if (this.#read !== undefined) this.replace(await this.#read());
  }
}

/**
 * The settings of TLS (RFC 8446, RFC 5246) in the role of the client, for any number of connections. Use one for all connections
 * to a server: sessions are remembered with it, and resumed.
 */
export class ClientTLS {
  /** Tells `ServerTLS` and `ClientTLS` apart. */
  readonly role = 'client';
  /** How long a handshake may take, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** The settings that handshakes use, checked and with defaults. */
  readonly settings: TlsClientSettings;
  /**
   * The name that the server's certificate must be for, as certificates write it: A-labels (RFC 5890), small letters, without a
   * dot at the end. Undefined unless it was given: then it is the host that is connected to.
   */
  readonly serverName: string | undefined;

  /**
   * Verifies the server against the authorities that the runtime trusts, unless options say otherwise. Throws a `TypeError` or
   * `RangeError` that names an option which is not valid: a certificate or key that is not PEM, a `serverName` that is not a host
   * name or an IP address, an unknown version, or a value outside of its range.
   */
  constructor(options: ClientTLSOptions = {}) {
    const { ca, identity, serverName, verify = true } = options;
    if (serverName === '') throw new RangeError('serverName is empty');
    if (typeof verify !== 'boolean') throw new TypeError(`verify is ${described(verify)}, not a boolean`);
    const name = serverName === undefined ? undefined : serverNameOf(serverName);
    if (serverName !== undefined && name === undefined)
      throw new RangeError(`serverName '${serverName}' is not a host name or an IP address`);
    this.handshakeTimeoutMs = timeoutOf(options);
    this.serverName = name;
    this.settings = {
      role: 'client',
      identity: identity === undefined ? undefined : identityOf(identity, 'identity'),
      ca: ca === undefined ? undefined : textOf('ca', ca),
      verify,
      ...commonOf(options),
    };
  }
}

/** Throws a `TypeError` unless the value is a `ServerTLS` or `ClientTLS` for one of these roles; plain options are not. */
export function checkTLS(tls: unknown, ...roles: TLS['role'][]): void {
  if (typeof tls === 'object' && tls !== null && 'role' in tls && roles.some((role) => role === tls.role)) return;
  const wanted = roles.map((role) => (role === 'server' ? 'ServerTLS' : 'ClientTLS'));
  throw new TypeError(`tls is ${described(tls)}, not a ${wanted.join(' or a ')}: write new ${wanted[0]}({ ... })`);
}

function serverSettings(options: ServerTLSOptions): TlsServerSettings {
  const { ca, clientAuth = 'none', identities = [] } = options;
  checkWord('clientAuth', clientAuth, CLIENT_AUTHS);
  if (clientAuth !== 'none' && ca === undefined)
    throw new TypeError(
      `clientAuth is '${clientAuth}', but ca is not set: the certificates of clients could not be verified`,
    );
  return {
    role: 'server',
    identities: [identityOf(options, ''), ...identities.map((one, at) => identityOf(one, `identities[${at}]`))],
    ca: ca === undefined ? undefined : textOf('ca', ca),
    clientAuth,
    ...commonOf(options),
  };
}

function commonOf({ alpn = [], minVersion = 'TLSv1.2' }: TLSOptions): Pick<TlsClientSettings, 'alpn' | 'minVersion'> {
  checkWord('minVersion', minVersion, VERSIONS);
  if (!Array.isArray(alpn)) throw new TypeError(`alpn is ${described(alpn)}, not an array such as ['h2', 'http/1.1']`);
  for (const protocol of alpn) {
    const size = Buffer.byteLength(protocol);
    if (size === 0 || size > 255) throw new RangeError(`alpn '${protocol}' has ${size} bytes, not 1 to 255`);
  }
  return { alpn, minVersion };
}

function timeoutOf({ handshakeTimeoutMs = 10_000 }: TLSOptions): number {
  checkAboveZero('handshakeTimeoutMs', handshakeTimeoutMs, 'number');
  return handshakeTimeoutMs;
}

function identityOf({ cert, key, passphrase }: TLSIdentity, where: string): TlsIdentity {
  const name = where === '' ? '' : `${where}.`;
  return { cert: textOf(`${name}cert`, cert), key: textOf(`${name}key`, key), passphrase };
}

function textOf(name: string, pem: PEM): string {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
  if (/^-----BEGIN [^-]+-----/m.test(text)) return text;
  throw new TypeError(`${name} is not PEM: it has no line '-----BEGIN ...-----'`);
}
