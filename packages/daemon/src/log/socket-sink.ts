import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { codeOf } from '../values/error-words.ts';
import type { Done, Sink } from './sink.ts';

/**
 * A pipe or a socket. Several processes may write to one: what is written at once, at most 4,096 bytes, a pipe takes whole or not at all,
 * so lines are not mixed. Does not keep the process alive, save for a write that waits.
 */
export class SocketSink implements Sink {
  readonly writeBytes = 4096;
  readonly lineBytes = 4096;
  readonly terminal = false;
  readonly errorsAreFinal = true;
  readonly #descriptor: number;
  readonly #socket: Socket;
  #pending = 0;

  /** Makes the descriptor non-blocking. `close` closes it unless it is one of 0, 1 and 2, which libuv never closes. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#socket = new Socket({ fd: descriptor, readable: false, writable: true });
    this.#socket.unref();
    // Each write is told of its error.
    this.#socket.on('error', () => {});
  }

  get pending(): number {
    return this.#pending;
  }

  write(bytes: Buffer, done: Done): void {
    let taken = 0;
    try {
      taken = this.writeNow(bytes);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') {
        process.nextTick(done, 0, error);
        return;
      }
    }
    if (taken === bytes.length) process.nextTick(done, taken);
    else this.#wait(bytes, taken, done);
  }

  /** Lets the event loop write the rest when there is room. */
  #wait(bytes: Buffer, taken: number, done: Done): void {
    this.#pending = bytes.length - taken;
    this.#socket.write(bytes.subarray(taken), (error) => {
      this.#pending = 0;
      if (error) done(taken, error);
      else done(bytes.length);
    });
  }

  writeNow(bytes: Buffer): number {
    // A descriptor that is closed may be that of a connection by now.
    if (this.#socket.destroyed) throw new Error('the pipe is closed');
    return writeSync(this.#descriptor, bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}
