import type { X509Certificate as Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { SecureContext, TLSSocket, TLSSocketOptions } from 'node:tls';
import type { Cause } from '../../seam/cause.ts';
import type { TlsCertificate, TlsClientSettings, TlsContext, TlsInfo, TlsServerSettings } from '../../seam/tls.ts';
import { causeOfThrown } from '../node/cause.ts';
import { crypto, tls } from '../node/late.ts';

/** What sessions of this engine belong to; OpenSSL resumes none with client certificates when nothing is said. */
const SESSION_ID_CONTEXT = 'couplet';
/** How many it remembers of one: so many come with a handshake, as a rule, and fewer with one that was resumed. */
const MOST_OF_ONE = 2;
/** How many servers a client's context remembers a session of. */
const MOST_SESSIONS = 100;

/** What TLS has decrypted while it is paused is lost when an error follows: it goes no further than it has to. */
const READ_AHEAD = { highWaterMark: 1 };

/** A handshake that begins: the socket to read and write from then on, and when it is done. */
export interface Secured {
  readonly socket: TLSSocket;
  /** Runs when the handshake is done, or with the cause why it does not count. */
  done(told: (outcome: TlsInfo | Cause) => void): void;
}

/** What `node:tls` made of settings. */
export abstract class NodeTlsContext implements TlsContext {
  abstract readonly role: 'server' | 'client';
  /** Wraps a connected socket. What was pushed back into it is read first. */
  abstract secure(raw: Socket, serverName: string): Secured;
}

/** The side that presents a certificate, and may ask for one. */
export class NodeTlsServer extends NodeTlsContext {
  readonly role = 'server';
  readonly #settings: TlsServerSettings;
  readonly #identities: readonly { readonly certificate: Certificate; readonly context: SecureContext }[];
  readonly #options: TLSSocketOptions;

  /** Throws what the runtime throws for a certificate or a key that cannot be used. */
  constructor(settings: TlsServerSettings) {
    super();
    const { ca, minVersion } = settings;
    // The same for all, because a client may resume with the one what it began with the other.
    const shared = { ca, minVersion, sessionIdContext: SESSION_ID_CONTEXT, ticketKeys: crypto().randomBytes(48) };
    this.#settings = settings;
    checkAuthorities(ca);
    this.#identities = settings.identities.map((identity, at) =>
      named(at === 0 ? '' : `identities[${at - 1}]: `, () => ({
        context: tls().createSecureContext({ ...shared, ...identity }),
        certificate: new (crypto().X509Certificate)(identity.cert),
      })),
    );
    this.#options = this.#optionsOf(settings);
  }

  override secure(raw: Socket): Secured {
    const socket = new (tls().TLSSocket)(raw, this.#options);
    return { socket, done: (told) => socket.once('secure', () => told(this.#judge(socket))) };
  }

  #optionsOf({ alpn, clientAuth }: TlsServerSettings): TLSSocketOptions {
    const [first] = this.#identities;
    return {
      ...READ_AHEAD,
      isServer: true,
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'require',
      ...(first !== undefined && { secureContext: first.context }),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      ...(this.#identities.length > 1 && { SNICallback: (name, answer) => answer(null, this.#contextFor(name)) }),
    };
  }

  #contextFor(name: string): SecureContext | undefined {
    const [first] = this.#identities;
    return (this.#identities.find(({ certificate }) => certificate.checkHost(name) !== undefined) ?? first)?.context;
  }

  /** The runtime leaves it to the server whether a client's certificate is good. */
  #judge(socket: TLSSocket): TlsInfo | Cause {
    if (this.#settings.clientAuth === 'none') return new NodeTlsInfo(socket, undefined, false);
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined && this.#settings.clientAuth === 'request') {
      return new NodeTlsInfo(socket, undefined, false);
    }
    const wrong = verifyError(socket);
    if (wrong === null) return new NodeTlsInfo(socket, certificate, true);
    return { kind: 'tls', code: codeOf(wrong), detail: `the client's certificate: ${wrong.message}` };
  }
}

/** What it takes to resume, and the certificate of whom it was begun with. */
interface Session {
  readonly ticket: Buffer;
  readonly certificate: Certificate | undefined;
}

/** The side that knows whom it wants to speak to. */
export class NodeTlsClient extends NodeTlsContext {
  readonly role = 'client';
  readonly #settings: TlsClientSettings;
  readonly #context: SecureContext;
  /** The newest sessions of each server, by its name. Each is used once: who sees it twice knows the client again (RFC 8446, C.4). */
  readonly #sessions: Map<string, Session[]> = new Map();

  /** Throws what the runtime throws for a certificate or a key that cannot be used. */
  constructor(settings: TlsClientSettings) {
    super();
    const { ca, minVersion, identity } = settings;
    this.#settings = settings;
    checkAuthorities(ca);
    this.#context = tls().createSecureContext({ ca, minVersion, ...identity });
  }

  override secure(raw: Socket, serverName: string): Secured {
    const { alpn, verify } = this.#settings;
    const session = this.#sessions.get(serverName)?.pop();
    const socket = tls().connect({
      ...READ_AHEAD,
      socket: raw,
      secureContext: this.#context,
      rejectUnauthorized: verify,
      host: serverName,
      // An address is not asked for by name (RFC 6066, section 3).
      ...(isIP(serverName) === 0 && { servername: serverName }),
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
      ...(session !== undefined && { session: session.ticket }),
    });
    // A resumed session has no certificate any more, and a socket that is closed neither. A server need not resume what is offered.
    let known: Certificate | undefined;
    const certificate = (): Certificate | undefined => {
      known ??= socket.isSessionReused() ? session?.certificate : socket.getPeerX509Certificate();
      return known;
    };
    socket.on('session', (ticket) => this.#remember(serverName, { ticket, certificate: certificate() }));
    const done: Secured['done'] = (told) =>
      socket.once('secureConnect', () => told(new NodeTlsInfo(socket, certificate(), socket.authorized)));
    return { socket, done };
  }

  #remember(serverName: string, session: Session): void {
    const kept = this.#sessions.get(serverName) ?? [];
    this.#sessions.delete(serverName);
    this.#sessions.set(serverName, [...kept, session].slice(-MOST_OF_ONE));
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

/** The context of these settings. Throws what the runtime throws. */
export function contextOf(settings: TlsServerSettings | TlsClientSettings): NodeTlsContext {
  return settings.role === 'server' ? new NodeTlsServer(settings) : new NodeTlsClient(settings);
}

/** The runtime takes what is no certificate for an authority that certifies nobody. */
function checkAuthorities(ca: string | undefined): void {
  if (ca !== undefined) named('ca: ', () => new (crypto().X509Certificate)(ca));
}

/** Says which part it is that cannot be used. */
function named<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const { code, detail } = causeOfThrown(error);
    throw Object.assign(new Error(`${name}${detail}`, { cause: error }), { code });
  }
}

/** What a handshake agreed on. The certificate is taken apart when somebody asks for it. */
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
    const x509 = this.#certificate;
    if (x509 === undefined) return undefined;
    this.#peer ??= {
      subject: x509.subject,
      issuer: x509.issuer,
      subjectAltName: x509.subjectAltName ?? '',
      validFrom: Date.parse(x509.validFrom),
      validTo: Date.parse(x509.validTo),
      serialNumber: x509.serialNumber,
      fingerprint256: x509.fingerprint256,
      der: x509.raw,
    };
    return this.#peer;
  }
}

/** What OpenSSL found wrong with the peer's certificate. A runtime that does not tell finds everything wrong. */
function verifyError(socket: TLSSocket): Error | null {
  const ssl: unknown = 'ssl' in socket ? socket.ssl : undefined;
  if (typeof ssl === 'object' && ssl !== null && 'verifyError' in ssl && typeof ssl.verifyError === 'function') {
    const error: unknown = ssl.verifyError();
    if (error === null || error === undefined) return null;
    return error instanceof Error ? error : new Error(String(error));
  }
  return new Error('this runtime does not say whether it is valid');
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
