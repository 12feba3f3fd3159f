import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';

/** What is used of a socket of Bun. */
export interface BunSocket {
  /** What gets the events of the socket. */
  data: BunEvents;
  readonly fd: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly localFamily: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  /** Returns how many bytes the kernel has taken; -1 when it takes no more. */
  write(chunk: Uint8Array): number;
  /** Sends FIN; reading goes on. */
  shutdown(): void;
  /** Closes the descriptor in order. */
  end(): void;
  /** Cuts the connection with RST. `close` is called inside. */
  terminate(): void;
  pause(): void;
  resume(): void;
  setNoDelay(on: boolean): unknown;
  setKeepAlive(on: boolean, initialDelayMs: number): unknown;
  /** Closes the descriptor at once; on a socket under TLS `end` waits for the peer. */
  close(): void;
  /** Begins TLS. Returns this socket, whose events are those of the bytes under TLS, and the one to use from then on. */
  upgradeTLS(upgrade: BunUpgrade): readonly [raw: BunSocket, secured: BunTlsSocket];
}

/** What is used of a socket of Bun under TLS. */
export interface BunTlsSocket extends BunSocket {
  readonly alpnProtocol: string | false | null;
  getTLSVersion(): string;
  getCipher(): { readonly standardName: string } | undefined;
  getServername(): string | false | undefined;
  isSessionReused(): boolean;
  setSession(ticket: Buffer): void;
  getPeerX509Certificate(): X509Certificate | undefined;
  getPeerCertificate(): PeerCertificate | undefined;
}

/** How TLS begins. */
export interface BunUpgrade {
  readonly isServer: boolean;
  readonly data: BunEvents;
  readonly socket: object;
  readonly tls: {
    /** What `node:tls` made of certificates and keys. */
    readonly secureContext: unknown;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized: boolean;
    readonly serverName?: string;
    /** In the form of RFC 7301. */
    readonly ALPNProtocols?: Buffer;
  };
  /** What arrived before. */
  readonly initialData?: Buffer;
}

/** Receives the events of a socket, at any time after the handlers of `HANDLERS` have found it. */
export interface BunEvents {
  /** The socket is connected. */
  onOpen(socket: BunSocket): void;
  /** Bytes arrived, in memory of their own. They may come while the socket is paused, when the peer has reset the connection. */
  onChunk(chunk: Buffer): void;
  /** The peer has sent FIN. After this side has, `closed` comes instead. */
  onEnd(): void;
  /** There may be room for more; also after `pause` and `resume`. */
  onDrain(): void;
  /** The socket is closed, by a call of this side inside that. */
  onClose(error: Error | undefined): void;
  /** The handshake is over. `error` is what is wrong with it, or with the certificate of the peer. */
  onHandshake?(success: boolean, error: Error | null | undefined): void;
  /** TLS broke. */
  onError?(error: Error): void;
  /** The server has sent a session, which may be resumed. */
  onSession?(ticket: Buffer): void;
}

/** What is used of a listening socket of Bun. */
export interface BunListener {
  readonly fd: number;
  /** Stops accepting. */
  stop(): void;
  /** Writes address, family and port into the object. */
  getsockname(name: object): unknown;
}

/** Where to listen or to connect, and with what. */
export interface BunPlace {
  readonly hostname?: string;
  readonly port?: number;
  readonly unix?: string;
  /** The descriptor of a connected socket. */
  readonly fd?: number;
  readonly ipv6Only?: boolean;
  readonly reusePort?: boolean;
  readonly exclusive?: boolean;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly allowHalfOpen: boolean;
  readonly socket: typeof HANDLERS;
  readonly data: BunEvents;
}

/** What is used of the global object `Bun`. */
export interface BunRuntime {
  /** Listens at once. Throws an error of the system. */
  listen(place: BunPlace): BunListener;
  /** Connects. Rejects with an error of the system; it may also throw that. */
  connect(place: BunPlace): Promise<unknown>;
}

/** The handlers of all sockets: one object, as each socket knows what gets its events. */
export const HANDLERS = {
  open(socket: BunSocket): void {
    socket.data.onOpen(socket);
  },
  data(socket: BunSocket, chunk: Buffer): void {
    socket.data.onChunk(chunk);
  },
  end(socket: BunSocket): void {
    socket.data.onEnd();
  },
  drain(socket: BunSocket): void {
    socket.data.onDrain();
  },
  close(socket: BunSocket, error: Error | undefined): void {
    socket.data.onClose(error);
  },
} as const;

/** The handlers of sockets under TLS. */
export const TLS_HANDLERS: object = {
  ...HANDLERS,
  handshake(socket: BunSocket, success: boolean, error: Error | null | undefined): void {
    socket.data.onHandshake?.(success, error);
  },
  error(socket: BunSocket, error: Error): void {
    socket.data.onError?.(error);
  },
  session(socket: BunSocket, ticket: Buffer): void {
    socket.data.onSession?.(ticket);
  },
};

/** What gets events that are not of interest. */
export const NOWHERE: BunEvents = { onOpen() {}, onChunk() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** Returns the global object of Bun. Throws an `Error` on another runtime. */
export function bunRuntime(): BunRuntime {
  const found: unknown = Reflect.get(globalThis, 'Bun');
  if (isRuntime(found)) return found;
  throw new Error('BunBackend needs Bun, and this is another runtime: use NodeBackend of couplet/node');
}

function isRuntime(found: unknown): found is BunRuntime {
  if (typeof found !== 'object' || found === null) return false;
  return ['listen', 'connect'].every((name) => typeof Reflect.get(found, name) === 'function');
}
