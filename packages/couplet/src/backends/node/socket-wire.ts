import type { Socket } from 'node:net';
import type { SocketName } from '../../seam/address.ts';
import type { TlsContext } from '../../seam/tls.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { NodeTlsContext } from '../tls/context.ts';
import { TlsWire } from '../tls/tls-wire.ts';
import { type ReadingState, refuses } from './reading-life.ts';
import { NOTHING, onDrain, StreamWire } from './stream-wire.ts';

/** Whether the runtime reports a reset that comes together with data; Node 20 reports the end instead. */
const TELLS_RESETS = Number.parseInt(process.versions.node, 10) >= 24;

/** A `node:net` socket as a wire: in clear until `startTls`, and from then on by way of a `TlsWire`. */
export class SocketWire extends StreamWire implements Wire {
  readonly #server: boolean;
  /** Reads and writes the socket since `startTls`. */
  #tls: TlsWire | undefined;

  /** One that was accepted unread stays so until the first `resume`. */
  constructor(
    socket: Socket,
    path: string | undefined,
    server: boolean,
    state: ReadingState = socket.isPaused() ? 'paused' : 'flowing',
  ) {
    super(socket, path, state);
    this.#server = server;
  }

  protected override get raw(): Socket {
    return this.stream;
  }

  protected override get endIsDoubtful(): boolean {
    return !TELLS_RESETS;
  }

  /** The one that reads and writes now. */
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

  /** The runtime counts this for its own timeouts. */
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
    // The kernel refused it, or the event of the end is on its way.
    if (refuses(this.state) || stream.errored !== null) return false;
    // The stream no longer counts what the kernel took at once.
    if (stream.writableLength === 0) return true;
    // 'drain' comes only above the stream's own mark. Below it an empty write calls back; it does not make a packet.
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
    // Node counts whole seconds and drops the rest; 0 means the system's default.
    this.stream.setKeepAlive(on, Math.ceil(initialDelayMs / 1000) * 1000);
  }
}

/** Undefined when the socket has no address any more: it is closed, or its peer had gone before the address was asked for. */
function inetName(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): SocketName | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}
