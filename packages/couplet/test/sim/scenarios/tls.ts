import type { ConnectOptions, DelayedCall } from 'couplet';
import {
  ClientFactory,
  ClientTLS,
  ConnectionDone,
  Factory,
  Protocol,
  ReconnectingClientFactory,
  ServerTLS,
} from 'couplet';
import { limitConnections, timeoutIdle } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { affordable, expect, WHOLE } from './scene.ts';

const PORT = 8443;
const IDLE = { idleTimeoutMs: 20_000 };
const HANDSHAKE_MS = 3000;
/** How much later than the server somebody far away may hear of an end. */
const FAR_MS = 2000;
const MOST = 3;
const READINGS = 3;
const ORDERS = 8;

/** The two sides of TLS with a server of that name. */
function tlsOf(world: World): { server: ServerTLS; client: ClientTLS } {
  const { cert, key, ca } = world.certificate({ names: ['server'] });
  return { server: new ServerTLS({ cert, key, handshakeTimeoutMs: HANDSHAKE_MS }), client: new ClientTLS({ ca }) };
}

/** Sends the poem, and closes. */
class Reciter extends Protocol<unknown> {
  readonly #poem: Buffer;
  constructor(poem: Buffer) {
    super();
    this.#poem = poem;
  }
  override connectionMade(): void {
    this.transport.write(this.#poem);
    this.transport.loseConnection();
  }
}

/** Reads until the end, whatever that is. */
class Reader extends Protocol<unknown> {
  readonly #heard: (bytes: Buffer, reason: Error) => void;
  readonly #chunks: Buffer[] = [];
  constructor(heard: (bytes: Buffer, reason: Error) => void) {
    super();
    this.#heard = heard;
  }
  override dataReceived(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }
  override connectionLost(reason: Error): void {
    this.#heard(Buffer.concat(this.#chunks), reason);
  }
}

async function recitals(world: World): Promise<void> {
  const tls = tlsOf(world);
  // No longer than a slow network carries before it looks idle.
  const length = world.dice.whole(1, affordable(world, 40_000));
  const poem = Buffer.from(Array.from({ length }, (_, at) => at % 251));
  await world.host('server').run(async (reactor) => {
    const reciting = new (class extends Factory {
      override buildProtocol(): Reciter {
        return new Reciter(poem);
      }
    })();
    await reactor.listenTCP(PORT, timeoutIdle(reciting, IDLE), { tls: tls.server });
  });
  let whole = 0;
  const readers = new (class extends ReconnectingClientFactory {
    override buildProtocol(): Reader {
      this.resetDelay();
      return new Reader((bytes, reason) => {
        expect(bytes.equals(poem.subarray(0, bytes.length)), 'what was read is not what was recited');
        // A process that is killed ends the connection of TCP in order, but not TLS.
        if (!(reason instanceof ConnectionDone)) return;
        expect(bytes.length === poem.length, `the end in order came after ${bytes.length} of ${poem.length} bytes`);
        whole += 1;
        if (whole === READINGS) this.stopTrying();
      });
    }
  })({ initialDelayMs: 200, maxDelayMs: 2000 });
  const options: ConnectOptions = { timeoutMs: 10_000, tls: tls.client };
  world.host('client').reactor.connectTCP('server', PORT, timeoutIdle(readers, IDLE), options);
  await world.until(() => whole >= READINGS, 100);
}

/** Does what it is told, but only over TLS. */
class Shop extends LineReceiver<unknown> {
  readonly #tls: ServerTLS;
  constructor(tls: ServerTLS) {
    super();
    this.#tls = tls;
  }
  override lineReceived(line: Buffer): void {
    if (this.transport.tls !== undefined) this.sendLine(`done ${line}`);
    else if (String(line) === 'STARTTLS') {
      this.sendLine('go');
      this.transport.startTLS(this.#tls);
    } else this.sendLine('first STARTTLS');
  }
}

/** Places one order after the other, each until it is done. */
class Customer extends LineReceiver<unknown> {
  readonly #tls: ClientTLS;
  readonly #done: string[];
  #next: DelayedCall | undefined;
  constructor(tls: ClientTLS, done: string[]) {
    super();
    this.#tls = tls;
    this.#done = done;
  }
  override connectionMade(): void {
    this.sendLine('STARTTLS');
  }
  override handshakeCompleted(): void {
    this.#order();
  }
  override lineReceived(line: Buffer): void {
    if (this.transport.tls === undefined) {
      expect(String(line) === 'go', `the server says '${line}'`);
      this.transport.startTLS(this.#tls);
      return;
    }
    this.#done.push(String(line));
    this.#next = this.transport.clock.callLater(500, () => this.#order());
  }
  override connectionLost(): void {
    this.#next?.cancel();
  }
  #order(): void {
    if (this.#done.length < ORDERS) this.sendLine(`${this.#done.length}`);
    else this.transport.loseConnection();
  }
}

async function orders(world: World): Promise<void> {
  const { cert, key, ca } = world.certificate({ names: ['shop.example'] });
  const tls = { server: new ServerTLS({ cert, key }), client: new ClientTLS({ ca, serverName: 'shop.example' }) };
  await world.host('server').run(async (reactor) => {
    const shops = new (class extends Factory {
      override buildProtocol(): Shop {
        return new Shop(tls.server);
      }
    })();
    await reactor.listenTCP(25, timeoutIdle(shops, IDLE));
  });
  const done: string[] = [];
  const customers = new (class extends ReconnectingClientFactory {
    override buildProtocol(): Customer {
      this.resetDelay();
      return new Customer(tls.client, done);
    }
  })({ initialDelayMs: 200, maxDelayMs: 2000 });
  world.host('client').reactor.connectTCP('server', 25, timeoutIdle(customers, IDLE), { timeoutMs: 5000 });
  await world.until(() => done.length >= ORDERS, 100);
  customers.stopTrying();
  const due = Array.from({ length: ORDERS }, (_, at) => `done ${at}`).join();
  expect(done.join() === due, `the orders were ${done}`);
}

/** Speaks to a port of TLS, but no TLS, and notes how long it was borne. */
class Intruder extends Protocol<unknown> {
  readonly #world: World;
  #next: DelayedCall | undefined;
  madeMs = 0;
  lostMs: number | undefined;
  constructor(world: World) {
    super();
    this.#world = world;
  }
  override connectionMade(): void {
    this.madeMs = this.#world.now;
    const { dice } = this.#world;
    const garbage = Buffer.from(Array.from({ length: dice.whole(1, 300) }, () => dice.whole(0, 255)));
    const kind = dice.pick(['silence', 'garbage', 'half a record', 'a record', 'a byte now and then']);
    if (kind === 'garbage') this.transport.write(garbage);
    else if (kind === 'half a record') this.transport.write(Buffer.from([22, 3, 1, 64, 0, 1]));
    else if (kind === 'a record') this.transport.write(Buffer.concat([header(garbage.length), garbage]));
    else if (kind === 'a byte now and then') this.#drip(Buffer.concat([header(garbage.length), garbage]));
  }
  override connectionLost(): void {
    this.lostMs = this.#world.now;
    this.#next?.cancel();
  }
  #drip(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.transport.write(bytes.subarray(0, 1));
    this.#next = this.transport.clock.callLater(100, () => this.#drip(bytes.subarray(1)));
  }
}

/** The header of a handshake record. */
function header(length: number): Buffer {
  return Buffer.from([22, 3, 1, length >> 8, length & 0xff]);
}

async function intrusions(world: World): Promise<void> {
  const tls = tlsOf(world);
  let built = 0;
  const guests = new (class extends Factory {
    override buildProtocol(): Protocol<unknown> {
      built += 1;
      return new Protocol();
    }
  })();
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(PORT, limitConnections(guests, { max: MOST }), { tls: tls.server });
  });
  const { reactor } = world.host('mallory');
  const intruders = Array.from({ length: 12 }, () => new Intruder(world));
  for (const intruder of intruders) {
    const factory = ClientFactory.forProtocol(Protocol);
    factory.buildProtocol = () => intruder;
    reactor.connectTCP('server', PORT, factory);
    await world.sleep(world.dice.between(0, 2000));
  }
  await world.until(() => intruders.every(({ lostMs }) => lostMs !== undefined), 100);
  for (const { madeMs, lostMs = 0 } of intruders) {
    const borneMs = lostMs - madeMs;
    expect(borneMs <= HANDSHAKE_MS + FAR_MS, `an intruder was borne for ${borneMs} ms`);
  }
  expect(built === 0, `${built} protocols were built for intruders`);
  // Nobody is counted any more: as many as may be are welcome, and no more.
  for (const round of [1, 2]) {
    const { length } = await welcome(world, tls.client, MOST + 1);
    expect(length === MOST, `${length} guests of ${MOST} are welcome in round ${round}`);
    await world.sleep(1000);
  }
}

/** Those of so many guests over TLS that got a connection. They leave at the end. */
async function welcome(world: World, tls: ClientTLS, count: number): Promise<readonly Protocol[]> {
  const { reactor } = world.host('guest');
  const attempts = Array.from({ length: count }, () =>
    reactor.connectTCP('server', PORT, ClientFactory.forProtocol(Protocol), { tls }).whenConnected(),
  );
  const settled = await Promise.allSettled(attempts);
  const guests = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await world.sleep(1000);
  const staying = guests.filter(({ transport }) => !transport.disconnected);
  for (const { transport } of staying) transport.loseConnection();
  return staying;
}

export const TLS: readonly Scene[] = [
  {
    name: 'row 7 what TLS ends in order is whole, whoever is killed',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: recitals,
  },
  {
    name: 'row 15 what is ordered behind STARTTLS is done in the end',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: orders,
  },
  {
    name: 'row 18 who speaks no TLS is closed in time, and holds no place',
    options: { faultPlan: WHOLE },
    play: intrusions,
  },
];
