import { familyOf } from '../address/literal.ts';
import type { TlsClientSettings, TlsIdentity, TlsServerSettings, TlsVersion } from '../seam/tls.ts';
import { checkAboveZero, described } from '../values/checks.ts';

/** Letters, digits, hyphens and underscores of any language, and the dots between labels; an asterisk in certificates. */
const NAME = /^(?:[\w.*-]|\P{ASCII})+$/u;

/**
 * The name of a host as TLS has it, in a ClientHello and in certificates: A-labels (RFC 5890, section 2.3.2.1), small letters,
 * without the final dot of the root (RFC 6066, section 3). So all spellings of a name are one. An IP literal stays as it is.
 * Undefined for a name in Unicode that has no such form (UTS #46, as the URL Standard applies it), and for an empty one.
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

/** What the options may say: they may come from where no compiler looks. */
const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
const CLIENT_AUTHS: readonly TlsServerSettings['clientAuth'][] = ['none', 'request', 'require'];

/** PEM text, or its bytes. */
export type PEM = string | Uint8Array;

/** A certificate and its key, PEM (RFC 7468). */
export interface TLSIdentity {
  /** The certificate, followed by those between it and the authority's, if there are any. */
  readonly cert: PEM;
  readonly key: PEM;
  /** What the key is encrypted with. */
  readonly passphrase?: string;
}

/** What both sides can say. */
export interface TLSOptions {
  /** Application protocols (RFC 7301), the most wanted first: `['h2', 'http/1.1']`. None is agreed on unless set. */
  readonly alpn?: readonly string[];
  /** The oldest version to speak; `TLSv1.2` unless set. */
  readonly minVersion?: TlsVersion;
  /** How long a handshake may take, in milliseconds; 10,000 unless set. */
  readonly handshakeTimeoutMs?: number;
}

/** Options of `ServerTLS`. */
export interface ServerTLSOptions extends TLSIdentity, TLSOptions {
  /** Further certificates, for clients that ask for a name (RFC 6066, section 3) which the first does not have. */
  readonly identities?: readonly TLSIdentity[];
  /**
   * Whether clients may (`request`) or must (`require`) present a certificate; `none` unless set. One that is presented must be
   * of an authority in `ca`.
   */
  readonly clientAuth?: 'none' | 'request' | 'require';
  /** The authorities whose certificates clients may present, PEM. */
  readonly ca?: PEM;
}

/** Options of `ClientTLS`. */
export interface ClientTLSOptions extends TLSOptions {
  /** The authorities that servers' certificates may come from, PEM; those that the runtime trusts unless set. */
  readonly ca?: PEM;
  /** What to present to a server that asks. */
  readonly identity?: TLSIdentity;
  /**
   * Whom the server must be: a host name, in Unicode or not, or an IP literal; the host that is connected to unless set.
   */
  readonly serverName?: string;
  /**
   * Whether the server must prove who it is; true unless set. Without it, whoever is on the way can read and change everything;
   * its first use says so in a warning on standard error.
   */
  readonly verify?: boolean;
}

/** What TLS on one side of a connection goes by. */
export type TLS = ServerTLS | ClientTLS;

/**
 * TLS as a server speaks it (RFC 8446, RFC 5246), for any number of ports and connections: `listenTCP(8443, factory, { tls })`,
 * or `transport.startTLS(tls)`. Whether the certificate can be used is found out by who uses it.
 */
export class ServerTLS {
  readonly role = 'server';
  readonly handshakeTimeoutMs: number;
  #settings: TlsServerSettings;
  #read: (() => Promise<ServerTLSOptions>) | undefined;

  /**
   * TLS with options that can be read again, from files say, when `reload` asks for it. Rejects like `read`, and like the
   * constructor.
   */
  static async from(read: () => Promise<ServerTLSOptions>): Promise<ServerTLS> {
    const tls = new ServerTLS(await read());
    tls.#read = read;
    return tls;
  }

  /** Throws a `TypeError` or `RangeError` that names the option which cannot be. */
  constructor(options: ServerTLSOptions) {
    this.handshakeTimeoutMs = timeoutOf(options);
    this.#settings = serverSettings(options);
  }

  /** What handshakes go by now. */
  get settings(): TlsServerSettings {
    return this.#settings;
  }

  /**
   * New certificates: handshakes from now on use them, connections that are there go on. When they cannot be used, that is
   * reported at the next handshake, and the old ones stay. Throws like the constructor.
   */
  replace(options: ServerTLSOptions): void {
    this.#settings = serverSettings(options);
  }

  /** Reads the options again and replaces the old ones; does nothing when there is no way to. Rejects like `from`. */
  async reload(): Promise<void> {
    if (this.#read !== undefined) this.replace(await this.#read());
  }
}

/** TLS as a client speaks it, for any number of connections; it remembers their sessions, and resumes them. */
export class ClientTLS {
  readonly role = 'client';
  readonly handshakeTimeoutMs: number;
  readonly settings: TlsClientSettings;
  /** Whom the server must be, as certificates write it: A-labels (RFC 5890), small letters, no dot at the end. */
  readonly serverName: string | undefined;

  /** Throws a `TypeError` or `RangeError` that names the option which cannot be. */
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

/** Throws a `TypeError` unless that is TLS for that side: plain options are not. */
export function checkTLS(tls: unknown, role: TLS['role']): void {
  const wanted = role === 'server' ? 'ServerTLS' : 'ClientTLS';
  if (typeof tls === 'object' && tls !== null && 'role' in tls && tls.role === role) return;
  throw new TypeError(`tls is ${described(tls)}, not a ${wanted}: write new ${wanted}({ ... })`);
}

function serverSettings(options: ServerTLSOptions): TlsServerSettings {
  const { ca, clientAuth = 'none', identities = [] } = options;
  if (!CLIENT_AUTHS.includes(clientAuth))
    throw new RangeError(`clientAuth is '${clientAuth}', not one of ${CLIENT_AUTHS.join(', ')}`);
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
  if (!VERSIONS.includes(minVersion))
    throw new RangeError(`minVersion is '${minVersion}', not one of ${VERSIONS.join(', ')}`);
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
