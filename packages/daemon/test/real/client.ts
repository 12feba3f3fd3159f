import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** How an exchange with a server ended: with every byte and an orderly end, or not. */
export type Outcome = 'whole' | 'refused' | 'reset' | 'cut';

/** Where a server is: a port on the loopback interface, or a way to connect. */
export type Place = number | (() => Socket);

/** A connection that says a line. */
export class Client {
  readonly socket: Socket;
  /** Settles when it is closed. */
  readonly closed: Promise<Outcome>;
  #text = '';
  #bytes = 0;
  #ended = false;
  #code: string | undefined;
  #waiting: (() => void)[] = [];

  /** With `bytes` a reply is whole that has so many. */
  constructor(place: Place, line?: string, bytes?: number) {
    this.socket = typeof place === 'number' ? connect(at(place)) : place();
    this.socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#text.length < 1000) this.#text += chunk.toString('latin1');
      this.#changed();
    });
    this.socket.on('end', () => {
      this.#ended = true;
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#code = error.code;
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => resolve(this.#over(bytes)));
    });
    if (line !== undefined) this.socket.write(`${line}\n`);
  }

  /** What it got so far, of a short reply. */
  get text(): string {
    return this.#text;
  }

  /** Waits until it has got something. Rejects if the connection ends before. */
  async answered(): Promise<string> {
    while (this.#bytes === 0) {
      if (this.socket.destroyed) throw new Error(`no answer: ${this.#code ?? 'closed'}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#text;
  }

  /** Waits until it is connected, or not. */
  async connected(): Promise<boolean> {
    if (this.socket.connecting)
      await Promise.race([new Promise((resolve) => this.socket.on('connect', resolve)), this.closed]);
    return !this.socket.destroyed;
  }

  #over(bytes: number | undefined): Outcome {
    this.#changed();
    if (this.#code === 'ECONNREFUSED' || this.#code === 'ENOENT') return 'refused';
    if (this.#code !== undefined) return 'reset';
    return this.#ended && (bytes === undefined || this.#bytes === bytes) ? 'whole' : 'cut';
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Says a line, and resolves to the whole reply, without its newline. */
export async function ask(place: Place, line: string): Promise<string> {
  const client = new Client(place, line);
  const outcome = await client.closed;
  if (outcome !== 'whole') throw new Error(`the reply to ${line} is ${outcome}`);
  return client.text.trimEnd();
}

/** Clients each of which asks for one reply after another until it is told to stop. */
export class Crowd {
  readonly outcomes: Record<Outcome, number> = { whole: 0, refused: 0, reset: 0, cut: 0 };
  readonly #place: Place;
  readonly #pieces: number;
  readonly #all: Promise<unknown>;
  #going = true;
  #waiting: (() => void)[] = [];

  /** Each reply has so many pieces of 1,000 bytes, 4 ms apart. */
  constructor(place: Place, size: number, pieces = 3) {
    this.#place = place;
    this.#pieces = pieces;
    this.#all = Promise.all(Array.from({ length: size }, () => this.#go()));
  }

  /** Waits until there are so many more replies. */
  async replies(more: number): Promise<void> {
    const wanted = this.#total + more;
    while (this.#total < wanted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves to how many exchanges ended how, when the last ones have. */
  async stop(): Promise<Readonly<Record<Outcome, number>>> {
    this.#going = false;
    await this.#all;
    return this.outcomes;
  }

  get #total(): number {
    return Object.values(this.outcomes).reduce((sum, count) => sum + count, 0);
  }

  async #go(): Promise<void> {
    while (this.#going) {
      const client = new Client(this.#place, `reply ${this.#pieces} 4`, 1000 * this.#pieces);
      this.outcomes[await client.closed] += 1;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }
}

function at(port: number): NetConnectOpts {
  return { port, host: '127.0.0.1' };
}
