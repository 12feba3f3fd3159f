import type { Socket } from 'node:net';
import { described } from '../values/checks.ts';

// Modules of the runtime are loaded when a peer connects: `couplet/testing` can be imported where they are missing.
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net');
const tls = (): typeof import('node:tls') => process.getBuiltinModule('node:tls');

/** How `secure` of a `SocketPeer` verifies the server. */
export interface SecureOptions {
  /** The authority that has signed the certificate of the server, PEM. Without it the certificate is not verified. */
  readonly ca?: string;
  /** The name to ask for (SNI), and to find in the certificate; none unless set. */
  readonly serverName?: string;
}

/**
 * The other end of a connection, for tests with real sockets: a socket of the runtime, without a reactor. It shares no code with what it
 * talks to. What arrives waits until the test asks for it, in order; one of `read`, `until` and `rest` may wait at a time. When the other
 * side ends its output, this side stays open until `end`.
 */
export class SocketPeer implements AsyncDisposable {
  #socket: Socket;
  #chunks: Buffer[] = [];
  /** The other side has ended its output, or the connection is gone. */
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#changed();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#changed();
  };
  readonly #onError = (error: Error): void => {
    this.#error = error;
    this.#onEnd();
  };

  /** Takes a socket that is connected, for instance one that a server of `node:net` accepted. It belongs to the peer from then on. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /**
   * Connects, and resolves to the peer once that is done. `place` is a port on 127.0.0.1, a host and a port, or the path of a UNIX
   * socket. Rejects with the error of the runtime if that fails.
   */
  static connect(place: number | string | { readonly host: string; readonly port: number }): Promise<SocketPeer> {
    const target =
      typeof place === 'number'
        ? { host: '127.0.0.1', port: place }
        : typeof place === 'string'
          ? { path: place }
          : { host: place.host, port: place.port };
    return new Promise((resolve, reject) => {
      const socket = net().connect({ ...target, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new SocketPeer(socket));
      });
    });
  }

  /** The socket, for what the peer has no method for, such as `setNoDelay` or `resetAndDestroy`. Another one after `secure`. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Sends bytes, or text in UTF-8. */
  send(data: Uint8Array | string): void {
    this.#socket.write(data);
  }

  /** Ends the output of this side; what comes can still be read. */
  end(): void {
    this.#socket.end();
  }

  /**
   * Resolves to the next `length` bytes, once they have arrived. Rejects with an `Error` that tells what has arrived if the other side
   * ends before, and with that of the socket if it fails; an `Error` too while another read waits.
   */
  async read(length: number): Promise<Buffer> {
    if (!Number.isInteger(length) || length < 0)
      throw new RangeError(`length is ${described(length)}, not a whole number of at least 0`);
    while (this.#size < length) await this.#more(`${length} bytes`);
    return this.#take(length);
  }

  /** Resolves to the text up to and with the next `last`, in UTF-8. Rejects as `read` does, and with a `RangeError` if it is empty. */
  async until(last: string): Promise<string> {
    if (last === '') throw new RangeError('last is empty');
    const ending = Buffer.from(last);
    for (;;) {
      const at = this.#join().indexOf(ending);
      if (at >= 0) return this.#take(at + ending.length).toString();
      await this.#more(JSON.stringify(last));
    }
  }

  /** Resolves to all bytes that come until the other side ends. Rejects with the error of the socket if it fails. */
  async rest(): Promise<Buffer> {
    while (!this.#ended) await this.#more('the end');
    if (this.#error !== undefined) throw this.#error;
    return this.#take(this.#size);
  }

  /**
   * Changes to TLS, as the client, and resolves when the handshake is done. What has arrived before stays to be read. Rejects with the
   * error of the runtime if the handshake fails.
   */
  secure({ ca, serverName }: SecureOptions = {}): Promise<void> {
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    return new Promise((resolve, reject) => {
      const secured = tls().connect({
        socket,
        rejectUnauthorized: ca !== undefined,
        ...(ca !== undefined && { ca }),
        ...(serverName !== undefined && { servername: serverName }),
      });
      this.#socket = secured;
      this.#listen();
      secured.once('error', reject);
      secured.once('close', () => reject(new Error('the connection was closed during the handshake')));
      secured.once('secureConnect', () => resolve());
    });
  }

  /** Ends the connection at once, and resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket;
    if (socket.closed) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await closed;
  }

  #listen(): void {
    this.#socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError);
  }

  get #size(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** Joins what has arrived. */
  #join(): Buffer {
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #take(length: number): Buffer {
    const all = this.#join();
    this.#chunks = [all.subarray(length)];
    return all.subarray(0, length);
  }

  /** Resolves when something has changed. */
  #more(what: string): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#ended) throw new Error(`the end came before ${what}, after ${JSON.stringify(this.#join().toString())}`);
    if (this.#wake !== undefined) throw new Error('the peer is being read already: only one read may wait at a time');
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
