import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** Somebody on the way to a port, who passes everything on until the test has other plans. */
export class Between {
  readonly #server: Server;
  readonly #target: number;
  /** What to do with what the client says. */
  fromClient: (chunk: Buffer, up: Socket) => void = (chunk, up) => up.write(chunk);
  #pair: { readonly down: Socket; readonly up: Socket } | undefined;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((down) => this.#accept(down));
  }

  /** Listens, and resolves when clients may come. */
  static async before(target: number): Promise<Between> {
    const between = new Between(target);
    between.#server.listen(0, '127.0.0.1');
    await once(between.#server, 'listening');
    return between;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address !== 'object') throw new Error('the server does not listen');
    return address.port;
  }

  /** The connection to the client, and to the server. */
  get pair(): { readonly down: Socket; readonly up: Socket } {
    if (this.#pair === undefined) throw new Error('no client has come');
    return this.#pair;
  }

  close(): void {
    this.#server.close();
    this.#pair?.down.destroy();
    this.#pair?.up.destroy();
  }

  #accept(down: Socket): void {
    const up = connect(this.#target, '127.0.0.1');
    this.#pair = { down, up };
    for (const socket of [down, up]) socket.on('error', () => {});
    down.on('data', (chunk) => this.fromClient(chunk, up));
    up.on('data', (chunk) => down.write(chunk));
    up.on('close', () => down.destroy());
  }
}
