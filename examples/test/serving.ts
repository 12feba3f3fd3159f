import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';
import { type Factory, IPv4Address, type ListeningPort, reactor } from 'couplet';
import { Peer } from './peer.ts';

/** The number of an open TCP port. */
export function numberOf(port: ListeningPort): number {
  const host = port.getHost();
  assert(host instanceof IPv4Address);
  return host.port;
}

/** A factory that listens during one test. */
export class Serving {
  readonly #test: TestContext;
  readonly #port: number;
  #lost = 0;
  #wake = () => {};

  private constructor(t: TestContext, port: number) {
    this.#test = t;
    this.#port = port;
  }

  static async open(t: TestContext, factory: Factory): Promise<Serving> {
    const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    t.after(() => port.stopListening());
    const serving = new Serving(t, numberOf(port));
    t.after(
      reactor.observe({
        connectionLost: () => {
          serving.#lost += 1;
          serving.#wake();
        },
      }),
    );
    return serving;
  }

  async connect(): Promise<Peer> {
    const peer = await Peer.connect(this.#port);
    this.#test.after(() => peer.socket.destroy());
    return peer;
  }

  /** Resolves when the server has lost so many connections in all. */
  async lost(count: number): Promise<void> {
    while (this.#lost < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A plain server for the examples that are clients, on a port of its own or the one given; `greet` gets each visitor. */
export async function visited(
  t: TestContext,
  greet: (visitor: Peer) => void,
  port = 0,
): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // the end follows
    t.after(() => socket.destroy());
    greet(new Peer(socket));
  });
  t.after(() => server.close());
  return { port: await listening(server, port), server };
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return address.port;
}
