import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The other end of a connection, on plain `node:net`: it shares no code with what it tests. It keeps its side open. */
export class Peer {
  readonly socket: Socket;
  #text = '';
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  static async connect(port: number): Promise<Peer> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new Peer(socket);
  }

  /** What comes up to and with `last`. */
  async until(last: string): Promise<string> {
    while (!this.#text.includes(last)) {
      if (this.#ended) throw new Error(`the end came, after ${JSON.stringify(this.#text)}`);
      await this.#more();
    }
    const end = this.#text.indexOf(last) + last.length;
    const text = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return text;
  }

  /** What comes until the other side ends. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Sends one line and gives the answer to it. */
  ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return this.until('\n');
  }

  /** Closes this side, and gives what still comes. */
  async leave(): Promise<string> {
    this.socket.end();
    const rest = await this.rest();
    if (!this.socket.closed) await once(this.socket, 'close');
    return rest;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
