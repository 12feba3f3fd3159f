import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import type { TlsCertificate, TlsContext, TlsInfo } from '../../seam/tls.ts';
import { causeOfThrown } from '../node/cause.ts';
import { tls } from '../node/late.ts';
import type { Session } from '../tls/context.ts';
import { certificateOf, NodeTlsClient, NodeTlsServer } from '../tls/context.ts';
import type { BunTlsSocket, BunUpgrade } from './bun-sockets.ts';
import { TLS_HANDLERS } from './bun-sockets.ts';

/** How a handshake goes: what Bun is told, and the judgement of the peer. */
export interface NativeHandshake {
  readonly isServer: boolean;
  readonly handlers: object;
  readonly options: BunUpgrade['tls'];
  /** The socket to use, once TLS has begun. */
  secured: BunTlsSocket | undefined;
  /** Set when it has succeeded, or the peer was judged. */
  done: boolean;
  /** Called before anything is sent. */
  begin(socket: BunTlsSocket): void;
  /** Returns the outcome of a handshake that is done, or the cause why the peer is rejected. */
  judge(socket: BunTlsSocket, error: Error | null | undefined): TlsInfo | Cause;
  /** Keeps a session for a later connection. */
  remember(socket: BunTlsSocket, ticket: Buffer): void;
}

/** Returns the handshake of a context. Throws a `TypeError` for one of another backend. */
export function handshakeOf(context: TlsContext, serverName: string): NativeHandshake {
  if (context instanceof NodeTlsServer) return new ServerHandshake(context);
  if (context instanceof NodeTlsClient) return new ClientHandshake(context, serverName);
  throw new TypeError('the TLS context belongs to another backend');
}

class ServerHandshake implements NativeHandshake {
  readonly isServer = true;
  secured: BunTlsSocket | undefined;
  done = false;
  readonly handlers: object;
  readonly options: BunUpgrade['tls'];
  readonly #context: NodeTlsServer;

  constructor(context: NodeTlsServer) {
    const { alpn, clientAuth } = context.settings;
    this.#context = context;
    this.handlers = context.size > 1 ? handlersWithNames(context) : TLS_HANDLERS;
    this.options = {
      secureContext: nativeOf(context.contextFor(undefined)),
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'require',
      ...(alpn.length > 0 && { ALPNProtocols: protocolsOf(alpn) }),
    };
  }

  begin(): void {}

  judge(socket: BunTlsSocket, error: Error | null | undefined): TlsInfo | Cause {
    const asked = this.#context.settings.clientAuth !== 'none';
    const certificate = asked ? socket.getPeerX509Certificate() : undefined;
    const judgement = this.#context.judge(certificate, () => error ?? null);
    const name = socket.getServername();
    return typeof judgement === 'boolean'
      ? new NativeTlsInfo(socket, name || undefined, certificate, judgement)
      : judgement;
  }

  remember(): void {}
}

class ClientHandshake implements NativeHandshake {
  readonly isServer = false;
  secured: BunTlsSocket | undefined;
  done = false;
  readonly handlers = TLS_HANDLERS;
  readonly options: BunUpgrade['tls'];
  readonly #context: NodeTlsClient;
  readonly #serverName: string;
  readonly #session: Session | undefined;

  constructor(context: NodeTlsClient, serverName: string) {
    const { alpn, verify } = context.settings;
    this.#context = context;
    this.#serverName = serverName;
    this.#session = context.takeSession(serverName);
    this.options = {
      secureContext: nativeOf(context.context),
      rejectUnauthorized: verify,
      // An address is not sent as a server name (RFC 6066, section 3).
      ...(isIP(serverName) === 0 && { serverName }),
      ...(alpn.length > 0 && { ALPNProtocols: protocolsOf(alpn) }),
    };
  }

  begin(socket: BunTlsSocket): void {
    if (this.#session !== undefined) socket.setSession(this.#session.ticket);
  }

  judge(socket: BunTlsSocket, error: Error | null | undefined): TlsInfo | Cause {
    const wrong = error ?? this.#wrongName(socket);
    const { verify } = this.#context.settings;
    if (verify && wrong !== undefined) return { ...causeOfThrown(wrong), kind: 'tls' };
    const name = isIP(this.#serverName) === 0 ? this.#serverName : undefined;
    return new NativeTlsInfo(socket, name, this.#certificateOf(socket), wrong === undefined);
  }

  remember(socket: BunTlsSocket, ticket: Buffer): void {
    this.#context.remember(this.#serverName, { ticket, certificate: this.#certificateOf(socket) });
  }

  /** What is wrong with the name in the certificate of the server. */
  #wrongName(socket: BunTlsSocket): Error | undefined {
    if (socket.isSessionReused()) return undefined;
    const certificate = socket.getPeerCertificate();
    if (certificate === undefined) return new Error('the server has no certificate');
    return tls().checkServerIdentity(this.#serverName, certificate);
  }

  /** A resumed session has no certificate any more. A server need not resume what is offered. */
  #certificateOf(socket: BunTlsSocket): X509Certificate | undefined {
    return socket.isSessionReused() ? this.#session?.certificate : socket.getPeerX509Certificate();
  }
}

/** The outcome of a handshake. The certificate is parsed when it is first read. */
class NativeTlsInfo implements TlsInfo {
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  readonly verified: boolean;
  readonly #certificate: X509Certificate | undefined;
  #peer: TlsCertificate | undefined;

  constructor(
    socket: BunTlsSocket,
    serverName: string | undefined,
    certificate: X509Certificate | undefined,
    verified: boolean,
  ) {
    const { alpnProtocol } = socket;
    this.version = socket.getTLSVersion();
    this.cipher = socket.getCipher()?.standardName ?? '';
    this.alpn = typeof alpnProtocol === 'string' ? alpnProtocol : undefined;
    this.serverName = serverName;
    this.resumed = socket.isSessionReused();
    this.verified = verified;
    this.#certificate = certificate;
  }

  get peerCertificate(): TlsCertificate | undefined {
    if (this.#certificate !== undefined) this.#peer ??= certificateOf(this.#certificate);
    return this.#peer;
  }
}

/** The handlers of a server whose certificate depends on the name that the client asks for. */
function handlersWithNames(context: NodeTlsServer): object {
  return {
    ...TLS_HANDLERS,
    serverName: (_data: unknown, name: string | undefined) => (name ? nativeOf(context.contextFor(name)) : undefined),
  };
}

/** What `node:tls` has for Bun in a context. */
function nativeOf(context: object | undefined): unknown {
  return context === undefined ? undefined : Reflect.get(context, 'context');
}

/** A list of protocols in the form of RFC 7301: a byte of length before each. */
function protocolsOf(alpn: readonly string[]): Buffer {
  return Buffer.concat(alpn.map((name) => Buffer.concat([Buffer.of(Buffer.byteLength(name)), Buffer.from(name)])));
}
