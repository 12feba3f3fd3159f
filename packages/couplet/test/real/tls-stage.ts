import { once } from 'node:events';
import { connect as connectTCP } from 'node:net';
import { test as testWithin } from 'node:test';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect as connectTLS } from 'node:tls';
import type { ClientTLS, ListeningPort, ServerTLS } from 'couplet';
import { ClientFactory, Factory, Protocol, Reactor } from 'couplet';
import { backendHere } from '../here.ts';

/** A test with a limit of its own, of 10 seconds: Deno knows none of a suite. */
export function test(name: string, body: () => Promise<void>): void {
  testWithin(name, { timeout: 10_000 }, body);
}

/** A protocol that writes down what happens to it, and does what the test says. */
export class Party extends Protocol {
  readonly log: string[] = [];
  received: Buffer = Buffer.alloc(0);
  reason: Error | undefined;
  #waiting: (() => void)[] = [];

  override connectionMade(): void {
    this.note(`made ${this.transport.tls?.version ?? 'in clear'}`);
  }

  override dataReceived(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    this.#changed();
  }

  override handshakeCompleted(): void {
    this.note(`secured ${this.transport.tls?.version}`);
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.note(`lost ${reason.name}`);
  }

  note(what: string): void {
    this.log.push(what);
    this.#changed();
  }

  /** Resolves when this holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** A reactor with ports whose protocols the test can look at. */
export class TLSStage {
  readonly reactor: Reactor = new Reactor(backendHere());
  /** Whom the ports refused, and why. */
  readonly refused: Error[] = [];
  /** What was reported as an error. */
  readonly reports: unknown[] = [];
  readonly served: Party[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    this.reactor.observe({
      connectionRefused: (_peer, reason) => {
        this.refused.push(reason);
        this.#changed();
      },
      error: ({ error }) => this.reports.push(error),
    });
  }

  /** Opens a port for parties of that class. */
  listen(tls: ServerTLS | undefined, party: new () => Party = Party): Promise<ListeningPort> {
    const { served } = this;
    const changed = (): void => this.#changed();
    class Parties extends Factory {
      override buildProtocol(): Party {
        const built = new party();
        served.push(built);
        changed();
        return built;
      }
    }
    const options = { interface: '127.0.0.1', ...(tls !== undefined && { tls }) };
    return this.reactor.listenTCP(0, new Parties(), options);
  }

  /** Connects a party to a port. Rejects with what the attempt failed with. */
  async connect<P extends Party>(port: number, tls: ClientTLS | undefined, party: P): Promise<P> {
    class Caller extends ClientFactory {
      override buildProtocol(): P {
        return party;
      }
    }
    await this.reactor.connectTCP('127.0.0.1', port, new Caller(), tls === undefined ? {} : { tls }).whenConnected();
    return party;
  }

  /** Resolves to the party of that number, counted from 0, once it is there. */
  async party(number: number): Promise<Party> {
    for (;;) {
      const party = this.served[number];
      if (party !== undefined) return party;
      await this.#change();
    }
  }

  /** Resolves to the reason for which a connection was refused. */
  async refusal(number: number): Promise<Error> {
    for (;;) {
      const reason = this.refused[number];
      if (reason !== undefined) return reason;
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The number of a port. */
export function numberOf(port: ListeningPort): number {
  const host = port.getHost();
  if (host.family !== 'IPv4') throw new Error(`${host} has no IPv4 port`);
  return host.port;
}

/** A client of the runtime's own whose handshake is done. */
export async function foreignClient(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const raw = connectTCP({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(raw, 'connect');
  return secured(connectTLS({ socket: raw, ...options }));
}

export async function secured(socket: TLSSocket): Promise<TLSSocket> {
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything that comes until the other side ends. Rejects if the socket closes before. Deno does not iterate to the end of a large answer. */
export function restOf(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed after ${Buffer.concat(chunks).length} bytes, without an end`)));
  });
}
