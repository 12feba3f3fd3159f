import type { DelayedCall, Reactor } from 'couplet';
import { Factory, Protocol, ReconnectingClientFactory, serve } from 'couplet';
import { limitConnections, limitPerPeer, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import { Chargen, Echo, Int16StringReceiver, LineReceiver, NetstringReceiver } from 'couplet/protocols';
import type { Scenario, World } from 'couplet/sim';

/** So many at most at a time are served behind the limit. */
export const MOST = 5;

/** What a limit lets through, counted by the protocols themselves. */
export class Counted extends Factory {
  open = 0;
  most = 0;
  override buildProtocol(): Protocol {
    const count = (by: number): void => {
      this.open += by;
      this.most = Math.max(this.most, this.open);
    };
    return new (class extends Echo {
      override connectionMade(): void {
        count(1);
      }
      override connectionLost(): void {
        count(-1);
      }
    })();
  }
}

/** Echoes frames as frames; raw bytes of a counted length behind a line that says so. */
class Lines extends LineReceiver {
  #missing = 0;
  override lineReceived(line: Buffer): void {
    this.sendLine(line);
    this.#missing = Number(/^raw (\d+)$/.exec(line.toString())?.[1] ?? 0);
    if (this.#missing > 0) this.setRawMode();
  }
  override rawDataReceived(data: Buffer): void {
    const own = data.subarray(0, this.#missing);
    this.#missing -= own.length;
    this.transport.write(own);
    if (this.#missing === 0) this.setLineMode(data.subarray(own.length));
  }
}

class Netstrings extends NetstringReceiver {
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
}

class Strings extends Int16StringReceiver {
  override stringReceived(string: Buffer): void {
    this.sendString(string);
  }
}

/** Sends a poem of its own through a pull producer, and closes. */
class Poems extends Protocol {
  #left = 40;
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
    this.transport.loseConnection();
  }
  resumeProducing(): void {
    this.#left -= 1;
    this.transport.write(Buffer.alloc(200, this.#left));
    if (this.#left === 0) this.transport.unregisterProducer();
  }
  stopProducing(): void {}
  override readConnectionLost(): void {}
}

/** What a client asks of a port, and what it has to hear when nothing is in the way. */
interface Errand {
  readonly port: number;
  readonly says: Buffer;
  readonly hears: (heard: Buffer) => boolean;
}

const line = 'two lines\r\nraw 300\r\n';
const spoken = Buffer.concat([Buffer.from(line), Buffer.alloc(300, 'r'), Buffer.from('that rhyme\r\n')]);
const netstrings = Buffer.from(`0:,700:${'n'.repeat(700)},5:rhyme,`);
const strings = Buffer.concat([Buffer.from([0, 0, 1, 0x90]), Buffer.alloc(400, 's'), Buffer.from([0, 2, 1, 2])]);
const bulk = Buffer.alloc(6000, 'two lines that rhyme ');

const same = (says: Buffer) => (heard: Buffer) => heard.equals(says);

const ERRANDS: readonly Errand[] = [
  { port: 1, says: bulk, hears: same(bulk) },
  { port: 2, says: spoken, hears: same(spoken) },
  { port: 3, says: netstrings, hears: same(netstrings) },
  { port: 4, says: strings, hears: same(strings) },
  { port: 5, says: Buffer.from('a poem, please'), hears: (heard) => heard.length === 8000 },
  { port: 6, says: spoken, hears: same(spoken) },
  { port: 7, says: Buffer.from('me too'), hears: (heard) => ['me too', 'full'].includes(heard.toString()) },
  { port: 8, says: Buffer.from('chargen'), hears: (heard) => heard.length > 100 },
];

/** All that a program serves. */
export async function serveAll(reactor: Reactor, counted: Counted): Promise<void> {
  const guard = { idleTimeoutMs: 120_000 };
  const guarded = (factory: Factory): Factory => timeoutAbsolute(timeoutIdle(factory, guard), { timeoutMs: 600_000 });
  await reactor.listenTCP(1, guarded(throttle(Factory.forProtocol(Echo), { writeBytesPerSecond: 20_000 })));
  await reactor.listenTCP(2, guarded(Factory.forProtocol(Lines)));
  await reactor.listenTCP(3, guarded(Factory.forProtocol(Netstrings)));
  await reactor.listenTCP(4, limitPerPeer(guarded(Factory.forProtocol(Strings)), { max: 100 }));
  await reactor.listenTCP(5, guarded(Factory.forProtocol(Poems)));
  await serve(
    'tcp:6',
    async (connection) => {
      for await (const chunk of connection) if (!(await connection.write(chunk))) return;
    },
    { reactor },
  );
  await reactor.listenTCP(7, limitConnections(guarded(counted), { max: MOST, message: 'full' }));
  await reactor.listenTCP(8, guarded(Factory.forProtocol(Chargen)));
}

/** Does an errand over as many connections as it takes, in one of several ways: slowly, in pieces, with a pause, half-closing. */
class Errands extends ReconnectingClientFactory {
  readonly errand: Errand;
  readonly world: World;
  done = false;
  constructor(world: World, errand: Errand) {
    super({ initialDelayMs: 100, maxDelayMs: 5000 });
    this.world = world;
    this.errand = errand;
  }
  override buildProtocol(): Runner {
    return new Runner(this);
  }
}

class Runner extends Protocol<unknown> {
  readonly #errands: Errands;
  #heard: Buffer[] = [];
  #length = 0;
  readonly #timers: DelayedCall[] = [];
  constructor(errands: Errands) {
    super();
    this.#errands = errands;
  }
  override connectionMade(): void {
    const { world, errand } = this.#errands;
    const piece = world.dice.pick([errand.says.length, 500, 17]);
    const pauseMs = world.dice.pick([0, 0, 5]);
    const send = (at: number): void => {
      for (let next = at; next < errand.says.length; next += piece) {
        this.transport.write(errand.says.subarray(next, next + piece));
        if (pauseMs > 0 && next > 0 && next % (piece * 20) === 0) {
          this.#timers.push(this.transport.clock.callLater(pauseMs, send, next + piece));
          return;
        }
      }
      if (errand.port === 6) this.transport.loseWriteConnection();
    };
    send(0);
    this.transport.setTcpKeepAlive(true, 10_000);
  }
  override dataReceived(data: Buffer): void {
    const { world, errand } = this.#errands;
    this.#heard.push(data);
    this.#length += data.length;
    if (world.dice.chance(0.05)) {
      this.transport.pauseProducing();
      const resume = (): void => this.transport.resumeProducing();
      this.#timers.push(this.transport.clock.callLater(world.dice.between(0, 50), resume));
    }
    if (this.#length < errand.says.length && errand.port !== 7 && errand.port !== 8) return;
    const heard = Buffer.concat(this.#heard);
    this.#heard = [heard];
    if (!errand.hears(heard)) return;
    this.#errands.done = true;
    this.#errands.stopTrying();
    if (world.dice.chance(0.3)) this.transport.abortConnection();
    else this.transport.loseConnection();
  }
  override connectionLost(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}

/** A program with many ports and guests that do errands there, through whatever happens. It ends when all are done. */
export const town: Scenario = async (world) => {
  // One for each life of the program: what a crash takes away is not counted back.
  const lives: Counted[] = [];
  await world.host('server').run((reactor) => {
    const counted = new Counted();
    lives.push(counted);
    return serveAll(reactor, counted);
  });
  const guests = [world.host('guest'), world.host('visitor')];
  const errands = ERRANDS.flatMap((errand) => {
    const times = errand.port === 7 ? 9 : 1;
    return Array.from({ length: times }, () => new Errands(world, errand));
  });
  for (const factory of errands) {
    const guest = world.dice.pick([guests[0] ?? world.host('guest'), world.host('visitor')]);
    const delayMs = world.dice.between(0, 2000);
    guest.reactor.callLater(delayMs, () =>
      guest.reactor.connectTCP('server', factory.errand.port, factory, { timeoutMs: 5000 }),
    );
  }
  await world.until(() => errands.every(({ done }) => done), 100);
  await world.sleep(700_000);
  for (const { most } of lives) if (most > MOST) throw new Error(`${most} connections behind a limit of ${MOST}`);
  const { open } = lives.at(-1) ?? { open: 0 };
  if (open !== 0) throw new Error(`${open} connections are counted and not there`);
};
