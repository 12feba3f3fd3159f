import type { Socket } from 'node:net';
import type { SocketName } from '../../seam/address.ts';
import type { Wire } from '../../seam/wire.ts';
import { ClearWire } from './clear-wire.ts';
import { type ReadingState, refuses } from './reading-life.ts';
import { NOTHING, onDrain } from './stream-wire.ts';

/** Whether the runtime reports a reset that comes together with data; Node 20 reports the end instead. */
const TELLS_RESETS = Number.parseInt(process.versions.node, 10) >= 24;

/**
 * The engine decides what a half-close means. A socket that is paused reads one chunk ahead and no more: what follows waits in the
 * kernel, where a reset does not destroy it.
 */
export const SOCKET_OPTIONS = { allowHalfOpen: true, highWaterMark: 1 };

/** A `node:net` socket as a wire: in clear until `startTls`, and from then on by way of a `TlsWire`. */
export class SocketWire extends ClearWire<Socket> implements Wire {
  readonly #server: boolean;

  constructor(socket: Socket, path: string | undefined, server: boolean, state?: ReadingState) {
    super(socket, path, state);
    this.#server = server;
  }

  protected override get endIsDoubtful(): boolean {
    return !TELLS_RESETS;
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

  /** The runtime counts this for its own timeouts. */
  get unsent(): number | undefined {
    const { stream } = this;
    const handle: unknown = '_handle' in stream ? stream._handle : undefined;
    if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return undefined;
    return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : undefined;
  }

  write(chunk: Uint8Array): boolean {
    if (this.tls !== undefined) return this.tls.write(chunk);
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
    if (this.tls !== undefined) this.tls.end();
    else this.stream.end();
  }

  protected override part(): void {
    this.cut();
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
export function inetName(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): SocketName | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}
