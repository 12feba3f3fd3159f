import { Duplex } from 'node:stream';
import type { BunEvents, BunSocket } from './runtime.ts';

type Done = (error?: Error | null) => void;

/** A socket of Bun as a stream, for TLS, which reads and writes it from then on. */
export class NativeStream extends Duplex implements BunEvents {
  readonly #socket: BunSocket;
  /** What the kernel has not taken of the latest write, and whom to tell. */
  #held: Uint8Array | undefined;
  #written: Done | undefined;
  #closed = false;
  /** Why it is closed, told when what arrived before has been read. */
  #failure: Error | undefined;
  /** Called when the kernel refuses a write. The stream goes on reading. */
  refused: () => void = () => {};

  /** Takes over a socket; `unread` arrived before. */
  constructor(socket: BunSocket, unread: Buffer) {
    // `_read` is called when everything has been read.
    super({ allowHalfOpen: true, readableHighWaterMark: 1 });
    this.#socket = socket;
    socket.data = this;
    if (unread.length > 0) this.push(unread);
  }

  onOpen(): void {}

  onChunk(chunk: Buffer): void {
    if (!this.push(chunk)) this.#socket.pause();
  }

  onEnd(): void {
    this.push(null);
  }

  onDrain(): void {
    if (this.#held !== undefined) this.#send(this.#held);
  }

  onClose(error: Error | undefined): void {
    this.#closed = true;
    if (error !== undefined && this.readableLength > 0) this.#failure = error;
    else if (error !== undefined) this.destroy(error);
    else {
      this.push(null);
      this.once('end', () => this.destroy());
    }
  }

  override _read(): void {
    if (this.#failure !== undefined) this.destroy(this.#failure);
    else if (!this.#closed) this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, written: Done): void {
    this.#written = written;
    this.#send(chunk);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], written: Done): void {
    this.#written = written;
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
  }

  override _final(done: Done): void {
    if (!this.#closed) this.#socket.shutdown();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.#closed) this.#socket.end();
    done(error);
  }

  /** Cuts the connection with RST, and destroys the stream. */
  resetAndDestroy(): void {
    if (!this.#closed) this.#socket.terminate();
    this.destroy();
  }

  #send(chunk: Uint8Array): void {
    const taken = chunk.length === 0 ? 0 : this.#socket.write(chunk);
    if (taken >= 0 && taken < chunk.length) {
      this.#held = chunk.subarray(taken);
      return;
    }
    const written = this.#written;
    this.#held = undefined;
    this.#written = undefined;
    if (taken < 0) this.refused();
    written?.();
  }
}
