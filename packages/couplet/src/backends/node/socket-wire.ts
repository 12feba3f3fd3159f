import type { Socket } from 'node:net';
import type { SocketName } from '../../seam/address.ts';
import type { TlsContext } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { NodeTlsContext } from '../tls/context.ts';
import { TlsWire } from '../tls/tls-wire.ts';
import { refuses } from './reading-life.ts';
import { NOTHING, onDrain, StreamWire } from './stream-wire.ts';

/** Node 20 tells a reset that comes together with data as the end. */
const TELLS_RESETS = Number.parseInt(process.versions.node, 10) >= 24;

/** A `node:net` socket as a wire: in clear, until it is handed to TLS, which has the rest of its life. */
export class SocketWire extends StreamWire implements Wire {
  readonly #server: boolean;
  /** Who has the socket since `startTls`. */
  #tls: TlsWire | undefined;

  constructor(socket: Socket, path: string | undefined, server: boolean) {
    super(socket, path, 'flowing');
    this.#server = server;
  }

  protected override get raw(): Socket {
    return this.stream;
  }

  protected override get endIsDoubtful(): boolean {
    return !TELLS_RESETS;
  }

  /** Who reads and writes now. */
  get #present(): StreamWire {
    return this.#tls ?? this;
  }

  override attach(sink: Sink): void {
    if (this.#tls === undefined) super.attach(sink);
    else this.#tls.attach(sink);
  }

  get local(): SocketName | undefined {
    if (this.path !== undefined) return { family: 'UNIX', path: this.#server ? this.path : '' };
    const { localAddress, localPort, localFamily } = this.stream;
    return inetName(localAddress, localPort, localFamily);
  }

  get peer(): SocketName | undefined {
    if (this.path !== undefined) return { family: 'UNIX', path: this.#server ? '' : this.path };
    const { remoteAddress, remotePort, remoteFamily } = this.stream;
    return inetName(remoteAddress, remotePort, remoteFamily);
  }

  get copies(): boolean {
    return this.#tls?.copies ?? false;
  }

  /** The runtime counts it, but for its own timeouts. */
  get unsent(): number | undefined {
    const { stream } = this;
    const handle: unknown = '_handle' in stream ? stream._handle : undefined;
    if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return undefined;
    return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : undefined;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#tls !== undefined) return this.#tls.write(chunk);
    if (refuses(this.state)) return false;
    const { stream } = this;
    this.guard();
    stream.write(chunk);
    // The kernel refused it, or the end is on the way.
    if (refuses(this.state) || stream.errored !== null) return false;
    // What the kernel took at once is off the stream's books already.
    if (stream.writableLength === 0) return true;
    // 'drain' comes only above the stream's own mark. Below it an empty write calls back, and makes no packet.
    if (stream.writableNeedDrain) stream.once('drain', onDrain);
    else stream.write(NOTHING, () => this.drained());
    return false;
  }

  end(): void {
    if (this.#tls !== undefined) this.#tls.end();
    else this.stream.end();
  }

  close(): void {
    this.#present.take('close');
  }

  abort(): void {
    this.#present.take('abort');
  }

  pause(): void {
    this.#present.take('pause');
  }

  resume(): void {
    this.#present.take('resume');
  }

  protected override part(): void {
    this.cut();
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    if (!(context instanceof NodeTlsContext)) throw new TypeError('the TLS context belongs to another backend');
    const { state, stream } = this;
    this.take('startTls');
    if (this.state !== 'handed') return;
    this.ignore();
    stream.pause();
    // TLS reads first what the socket holds.
    if (unread.length > 0) stream.unshift(unread);
    this.#tls = new TlsWire(stream, context.secure(stream, serverName), this.path, state);
    if (this.sink !== undefined) this.#tls.attach(this.sink);
  }

  setNoDelay(on: boolean): void {
    this.stream.setNoDelay(on);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    // Node counts whole seconds and drops the rest; 0 means the system's own.
    this.stream.setKeepAlive(on, Math.ceil(initialDelayMs / 1000) * 1000);
  }
}

/** Undefined when the socket has none any more: it is gone, or its peer was before it was asked. */
function inetName(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): SocketName | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}
