import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A stream between a socket and TLS, which knows what of TLS the kernel has not taken yet. TLS over the socket itself never waits for it. */
export class Relay extends Duplex {
  readonly #socket: Socket;
  #waiting: (() => void)[] = [];
  #held = false;
  #full = false;
  #ended = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true, highWaterMark: 1 });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#full = !this.push(chunk);
      this.#steer();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#steer();
    });
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#full = false;
    this.#steer();
  }

  /** Passes nothing on, not even the end. */
  hold(): void {
    this.#held = true;
    this.#steer();
  }

  /** Goes on. */
  release(): void {
    this.#held = false;
    this.#steer();
  }

  #steer(): void {
    if (this.#held || this.#full) this.#socket.pause();
    else this.#socket.resume();
    if (this.#ended && !this.#held) this.push(null);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    if (this.#socket.destroyed) written();
    else
      this.#socket.write(chunk, () => {
        written();
        // TLS writes what it has next in a microtask.
        setImmediate(() => this.#look());
      });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    this.#tellAll();
    done(error);
  }

  /** Calls back, in a later turn, once all that TLS has written is with the kernel, or lost. */
  flushed(told: () => void): void {
    this.#waiting.push(told);
    setImmediate(() => this.#look());
  }

  #look(): void {
    if (this.writableLength === 0 || this.destroyed) this.#tellAll();
  }

  #tellAll(): void {
    for (const told of this.#waiting.splice(0)) told();
  }
}
