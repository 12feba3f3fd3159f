import type { X509Certificate as Certificate } from 'node:crypto';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket, TLSSocketOptions } from 'node:tls';
import type { Cause } from '../../seam/cause.ts';
import type {
  TlsCertificate,
  TlsClientSettings,
  TlsContext,
  TlsIdentity,
  TlsInfo,
  TlsServerSettings,
} from '../../seam/tls.ts';
import { causeOfThrown } from '../node/cause.ts';
import { crypto, tls } from '../node/late.ts';

/** The context of this engine's sessions; without one OpenSSL does not resume sessions with client certificates. */
const SESSION_ID_CONTEXT = 'couplet';
/** How many sessions of one server are remembered: a handshake usually brings two, and a resumed one fewer. */
const MOST_OF_ONE = 2;
/** Of how many servers a client's context remembers sessions. */
const MOST_SESSIONS = 100;

/** What TLS has decrypted while it is paused is lost when an error follows, so it decrypts as little as possible in advance. */
const READ_AHEAD = { highWaterMark: 1 };

/** A handshake that has begun. */
export interface Secured {
  /** The socket to read and write from now on. */
  readonly socket: TLSSocket;
  /** Calls `told` when the handshake is done, with its outcome, or with the cause why the peer is rejected. */
  done(told: (outcome: TlsInfo | Cause) => void): void;
  /** Calls `told` once what was written is with the kernel; undefined where the callbacks of the socket's writes tell that. */
  readonly flushed?: (told: () => void) => void;
}

/** The context that `node:tls` made of settings. */
export abstract class NodeTlsContext implements TlsContext {
  abstract readonly role: 'server' | 'client';
  /** Begins a handshake on a connected socket or stream. Bytes that were pushed back into it are read first. */
  abstract secure(raw: Duplex, serverName: string): Secured;
}

/** The context of a server, which presents a certificate and may ask for one. */
export class NodeTlsServer extends NodeTlsContext {
  readonly role = 'server';
  readonly settings: TlsServerSettings;
  readonly #identities: readonly { readonly certificate: Certificate; readonly context: SecureContext }[];
  readonly #options: TLSSocketOptions;

  /** Throws what the runtime throws for a certificate or a key that cannot be used. */
  constructor(settings: TlsServerSettings) {
    super();
    const { ca, minVersion } = settings;
    // The same keys for all identities, because a client may resume with one of them a session of another.
    const shared = { ca, minVersion, sessionIdContext: SESSION_ID_CONTEXT, ticketKeys: crypto().randomBytes(48) };
    this.settings = settings;
    checkAuthorities(ca);
    this.#identities = settings.identities.map((identity, at) =>
      named(at === 0 ? '' : `identities[${at - 1}]: `, () => {
        const context = tls().createSecureContext({ ...shared, ...identity });
        const certificate = new (crypto().X509Certificate)(identity.cert);
        this.checkKey(certificate, identity);
        return { context, certificate };
      }),
    );
    this.#options = this.#optionsOf(settings);
  }

  override secure(raw: Duplex): Secured {
    const socket = new (tls().TLSSocket)(raw, this.#options);
    return { socket, done: (told) => socket.once('secure', () => told(this.#judge(socket))) };
  }

  /** How many identities there are. */
  get size(): number {
    return this.#identities.length;
  }

  /** The context of the identity for a client that asks for that name, or for none. */
  contextFor(name: string | undefined): SecureContext | undefined {
    const [first] = this.#identities;
    if (name === undefined) return first?.context;
    return (this.#identities.find(({ certificate }) => this.covers(certificate, name)) ?? first)?.context;
  }

  /** Throws if the key of an identity is not that of its certificate. OpenSSL has looked, when it made the context. */
  protected checkKey(_certificate: Certificate, _identity: TlsIdentity): void {}

  /** Whether a certificate is one of that host. */
  protected covers(certificate: Certificate, name: string): boolean {
    return certificate.checkHost(name) !== undefined;
  }

  /** What is wrong with the client's certificate; null if nothing is. */
  protected wrongOf(socket: TLSSocket): Error | null {
    return verifyError(socket);
  }

  #optionsOf({ alpn, clientAuth }: TlsServerSettings): TLSSocketOptions {
    const secureContext = this.contextFor(undefined);
    return {
      ...READ_AHEAD,
      isServer: true,
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'require',
      ...(secureContext !== undefined && { secureContext }),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      ...(this.#identities.length > 1 && { SNICallback: (name, answer) => answer(null, this.contextFor(name)) }),
    };
  }

  #judge(socket: TLSSocket): TlsInfo | Cause {
    const asked = this.settings.clientAuth !== 'none';
    const certificate = asked ? socket.getPeerX509Certificate() : undefined;
    const judgement = this.judge(certificate, () => this.wrongOf(socket));
    return typeof judgement === 'boolean' ? new NodeTlsInfo(socket, certificate, judgement) : judgement;
  }

  /**
   * Decides whether a client's certificate is accepted; the runtime leaves that to the server. Returns whether it was verified, or the
   * cause why the client is rejected.
   */
  judge(certificate: Certificate | undefined, wrong: () => Error | null): boolean | Cause {
    const { clientAuth } = this.settings;
    if (clientAuth === 'none' || (certificate === undefined && clientAuth === 'request')) return false;
    const error = wrong();
    if (error === null) return true;
    return { kind: 'tls', code: codeOf(error), detail: `the client's certificate: ${error.message}` };
  }
}

/** A session to resume, and the certificate of the server that it was begun with. */
export interface Session {
  readonly ticket: Buffer;
  readonly certificate: Certificate | undefined;
}

/** The context of a client, which verifies the name of the server. */
export class NodeTlsClient extends NodeTlsContext {
  readonly role = 'client';
  readonly settings: TlsClientSettings;
  readonly context: SecureContext;
  /** The newest sessions of each server, by its name. Each is used once: one seen twice identifies the client (RFC 8446, C.4). */
  readonly #sessions: Map<string, Session[]> = new Map();

  /** Throws what the runtime throws for a certificate or a key that cannot be used. */
  constructor(settings: TlsClientSettings) {
    super();
    const { ca, minVersion, identity } = settings;
    this.settings = settings;
    checkAuthorities(ca);
    this.context = tls().createSecureContext({ ca, minVersion, ...identity });
  }

  override secure(raw: Duplex, serverName: string): Secured {
    const { alpn, verify } = this.settings;
    const session = this.takeSession(serverName);
    if (!(raw instanceof Socket)) answerLater(raw);
    const socket = tls().connect({
      ...READ_AHEAD,
      socket: raw,
      secureContext: this.context,
      rejectUnauthorized: verify,
      host: serverName,
      // An address is not sent as a server name (RFC 6066, section 3).
      ...(isIP(serverName) === 0 && { servername: serverName }),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      ...(session !== undefined && { session: session.ticket }),
    });
    // Neither a resumed session nor a closed socket has a certificate any more. A server need not resume what is offered.
    let known: Certificate | undefined;
    const certificate = (): Certificate | undefined => {
      known ??= socket.isSessionReused() ? session?.certificate : socket.getPeerX509Certificate();
      return known;
    };
    socket.on('session', (ticket) => this.remember(serverName, { ticket, certificate: certificate() }));
    const done: Secured['done'] = (told) =>
      socket.once('secureConnect', () => told(new NodeTlsInfo(socket, certificate(), socket.authorized)));
    return { socket, done };
  }

  /** Returns a session of that server, which is not used again; undefined if there is none. */
  takeSession(serverName: string): Session | undefined {
    return this.#sessions.get(serverName)?.pop();
  }

  /** Keeps a session for a later connection to that server. */
  remember(serverName: string, session: Session): void {
    const kept = this.#sessions.get(serverName) ?? [];
    this.#sessions.delete(serverName);
    this.#sessions.set(serverName, [...kept, session].slice(-MOST_OF_ONE));
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

/** Makes the context of settings. Throws what the runtime throws for a certificate or key that cannot be used. */
export function contextOf(settings: TlsServerSettings | TlsClientSettings): NodeTlsContext {
  return settings.role === 'server' ? new NodeTlsServer(settings) : new NodeTlsClient(settings);
}

/** Returns the context that `make` makes, or the cause if a certificate or a key cannot be used. */
export function contextOrCause(make: () => NodeTlsContext): NodeTlsContext | Cause {
  try {
    return make();
  } catch (error) {
    return { ...causeOfThrown(error), kind: 'tls' };
  }
}

/** Lets nothing out in this turn: the runtime misses the end of a handshake that the other end answers inside the first write. */
function answerLater(stream: Duplex): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** Throws if `ca` is not a certificate; the runtime would accept it, and reject every peer. */
function checkAuthorities(ca: string | undefined): void {
  if (ca !== undefined) named('ca: ', () => new (crypto().X509Certificate)(ca));
}

/** Adds to an error of `make` the part of the settings that cannot be used. */
function named<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const { code, detail } = causeOfThrown(error);
    throw Object.assign(new Error(`${name}${detail}`, { cause: error }), { code });
  }
}

/** The outcome of a handshake. The certificate is parsed when it is first read. */
class NodeTlsInfo implements TlsInfo {
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly verified: boolean;
  readonly #certificate: Certificate | undefined;
  #peer: TlsCertificate | undefined;

  constructor(socket: TLSSocket, certificate: Certificate | undefined, verified: boolean) {
    const { alpnProtocol } = socket;
    const asked = 'servername' in socket ? socket.servername : undefined;
    this.version = socket.getProtocol() ?? '';
    this.cipher = socket.getCipher().standardName;
    this.alpn = typeof alpnProtocol === 'string' ? alpnProtocol : undefined;
    this.serverName = typeof asked === 'string' ? asked : undefined;
    this.resumed = socket.isSessionReused();
    this.verified = verified;
    this.#certificate = certificate;
  }

  get peerCertificate(): TlsCertificate | undefined {
    if (this.#certificate !== undefined) this.#peer ??= certificateOf(this.#certificate);
    return this.#peer;
  }
}

/** What users see of a certificate. */
export function certificateOf(x509: Certificate): TlsCertificate {
  return {
    subject: x509.subject,
    issuer: x509.issuer,
    subjectAltName: x509.subjectAltName ?? '',
    validFrom: Date.parse(x509.validFrom),
    validTo: Date.parse(x509.validTo),
    serialNumber: x509.serialNumber,
    fingerprint256: x509.fingerprint256,
    der: x509.raw,
  };
}

/** The error that OpenSSL found in the peer's certificate; null if there is none. If the runtime does not tell, that is an error. */
function verifyError(socket: TLSSocket): Error | null {
  const ssl: unknown = 'ssl' in socket ? socket.ssl : undefined;
  if (typeof ssl === 'object' && ssl !== null && 'verifyError' in ssl && typeof ssl.verifyError === 'function') {
    const error: unknown = ssl.verifyError();
    if (error === null || error === undefined) return null;
    return error instanceof Error ? error : new Error(String(error));
  }
  return new Error('this runtime does not say whether it is valid');
}

export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
