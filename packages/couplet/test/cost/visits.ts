import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** A client of one connection: it sends a message, waits until as many bytes are back, and sends again. */
export class Asker implements Disposable {
  readonly #socket: Socket;
  #left = 0;
  #answered: () => void = () => {};
  #failed: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#failed(new Error('the server closed the connection')));
    socket.on('data', (data) => {
      this.#left -= data.length;
      if (this.#left === 0) this.#answered();
    });
  }

  static async connect(port: number): Promise<Asker> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Asker(socket);
  }

  /** Sends the message a number of times, each time when the one before is back. */
  async ask(message: Buffer, times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      this.#left += message.length;
      await new Promise<void>((resolve, reject) => {
        this.#answered = resolve;
        this.#failed = reject;
        this.#socket.write(message);
      });
    }
  }

  [Symbol.dispose](): void {
    this.#socket.resetAndDestroy();
  }
}

/** Downloads poems, one after the other: connect, read to the end, close. */
export async function download(port: number, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.resume();
    await once(socket, 'close');
  }
}

const message = Buffer.alloc(64, 'x');

/** Sends messages of 64 bytes on one connection, each when the one before is back. */
export async function converse(port: number, times: number): Promise<void> {
  using asker = await Asker.connect(port);
  await asker.ask(message, times);
}
