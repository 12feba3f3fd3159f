import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect as connectTCP, createServer } from 'node:net';
import { connect as connectTLS } from 'node:tls';
import type { Address, ListeningPort } from 'couplet';
import { Factory, Reactor, ServerTLS, TimeoutError } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Echo } from 'couplet/protocols';
import { Dice } from '../../src/time/dice.ts';
import { backendHere } from '../here.ts';
import { Authority } from './certificates.ts';
import { mutant } from './hello-mutant.ts';

/** Every so many clients there is an honest one. */
const HONEST = 20;
/** The type of the record that says why a connection ends. */
const ALERT = 0x15;

/**
 * What comes of a client: served, if it is honest; else closed with an alert, after the server's hello, or without a word,
 * or it left without waiting.
 */
export type Fate = 'served' | 'alerted' | 'answered' | 'unanswered' | 'left';

/** What the port tells of one client. */
interface Visit {
  readonly refusals: Error[];
  served: number;
  over: () => void;
}

/** A TLS port that hears mutated hellos, limited to as many clients as there may be at once. */
export class FuzzedPort {
  readonly atOnce: number;
  readonly #reactor = new Reactor(backendHere());
  /** Those that last, by the port of the client. */
  readonly #visits: Map<number | undefined, Visit> = new Map();
  readonly #wrong: unknown[] = [];
  #ca = '';
  #hello: Buffer = Buffer.alloc(0);
  #port: ListeningPort | undefined;
  #descriptors = 0;

  constructor(atOnce: number) {
    this.atOnce = atOnce;
    this.#reactor.observe({
      connectionMade: (transport) => {
        this.#visitOf(transport.getPeer()).served += 1;
      },
      connectionLost: (transport) => this.#visitOf(transport.getPeer()).over(),
      connectionRefused: (peer, reason) => {
        const visit = this.#visitOf(peer);
        visit.refusals.push(reason);
        visit.over();
      },
      error: ({ error }) => this.#wrong.push(error),
    });
  }

  async open(): Promise<void> {
    const authority = await Authority.create();
    this.#ca = authority.ca;
    const tls = new ServerTLS({ ...(await authority.certify(['localhost'])), alpn: ['poem'] });
    const factory = limitConnections(Factory.forProtocol(Echo), { max: this.atOnce });
    this.#port = await this.#reactor.listenTCP(0, factory, { interface: '127.0.0.1', tls });
    this.#hello = await helloOf(this.#ca);
    await this.#beHonest();
    this.#descriptors = descriptors();
  }

  /** One client. Throws what went wrong; the message has the bytes. The same number changes the hello in the same places. */
  async play(number: number): Promise<Fate> {
    if (number % HONEST === 0) return this.#beHonest();
    const dice = new Dice(`TLS ${number}`);
    const bytes = mutant(this.#hello, dice);
    try {
      return await this.#send(bytes, dice);
    } catch (error) {
      throw new Error(`number ${number}, ${bytes.toString('hex')}: ${error}`, { cause: error });
    }
  }

  /** Closes the port, and throws if anything of the clients is left: a slot of the limit, a descriptor, an error. */
  async close(): Promise<void> {
    await Promise.all(Array.from({ length: this.atOnce }, () => this.#beHonest()));
    assert.equal(descriptors(), this.#descriptors, 'descriptors');
    assert.deepEqual([this.#wrong, this.#visits.size], [[], 0]);
    await this.#port?.stopListening();
  }

  async #send(bytes: Buffer, dice: Dice): Promise<Fate> {
    const socket = connectTCP(this.#number, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const { visit, over } = this.#begin(socket.localPort);
    const { localPort } = socket;
    let answer: number | undefined;
    socket.on('data', (data) => {
      answer ??= data[0];
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let from = 0; from < bytes.length && socket.writable; ) {
      const to = from + dice.whole(1, bytes.length - from);
      await new Promise((resolve) => socket.write(bytes.subarray(from, to), resolve));
      from = to;
    }
    const leaves = dice.chance(0.1);
    if (leaves) socket.destroy();
    else socket.end();
    await Promise.all([closed, over]);
    this.#visits.delete(localPort);
    assert.deepEqual([visit.served, visit.refusals.length], [0, 1]);
    assert.ok(!(visit.refusals[0] instanceof TimeoutError), 'the port held on to it');
    if (leaves) return 'left';
    return answer === ALERT ? 'alerted' : answer === undefined ? 'unanswered' : 'answered';
  }

  async #beHonest(): Promise<Fate> {
    const raw = connectTCP(this.#number, '127.0.0.1');
    await once(raw, 'connect');
    const { localPort } = raw;
    const { visit, over } = this.#begin(localPort);
    const socket = connectTLS({ socket: raw, ca: this.#ca, servername: 'localhost', ALPNProtocols: ['poem'] });
    socket.end('verse');
    let heard = '';
    for await (const chunk of socket) heard += chunk;
    if (!raw.destroyed) await once(raw, 'close');
    await over;
    this.#visits.delete(localPort);
    assert.deepEqual([heard, visit.served, visit.refusals], ['verse', 1, []]);
    return 'served';
  }

  get #number(): number {
    const host = this.#port?.getHost();
    if (host?.family !== 'IPv4') throw new Error('the port is not open');
    return host.port;
  }

  #begin(port: number | undefined): { visit: Visit; over: Promise<void> } {
    const visit: Visit = { refusals: [], served: 0, over: () => {} };
    const over = new Promise<void>((resolve) => {
      visit.over = resolve;
    });
    this.#visits.set(port, visit);
    return { visit, over };
  }

  #visitOf(peer: Address): Visit {
    const visit = peer.family === 'IPv4' ? this.#visits.get(peer.port) : undefined;
    if (visit !== undefined) return visit;
    this.#wrong.push(`${peer} is no client`);
    return { refusals: [], served: 0, over: () => {} };
  }
}

/** The first thing that a client of the runtime's own says. */
async function helloOf(ca: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const client = connectTLS(address.port, '127.0.0.1', { ca, servername: 'localhost', ALPNProtocols: ['poem'] });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [hello] = await once(socket, 'data');
  for (const end of [client, socket, server]) {
    const closed = once(end, 'close');
    if (end === server) server.close();
    else end.destroy();
    await closed;
  }
  return hello;
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
