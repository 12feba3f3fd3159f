import { connect, Factory, Protocol, type Result, TimeoutError } from 'couplet';
import { limitConnections, limitPerPeer, timeoutAbsolute, timeoutIdle, timeoutMessage } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import type { Host, World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { expect, WHOLE } from './scene.ts';

const MOST = 4;
const MOST_PER_PEER = 2;
const LASTS_MS = 10_000;

/** Counts who is there, for each peer. */
class Guests extends Factory {
  readonly open: Map<string, number> = new Map();
  most = 0;
  mostPerPeer = 0;
  get all(): number {
    return [...this.open.values()].reduce((sum, count) => sum + count, 0);
  }
  override buildProtocol(): Guest {
    return new Guest(this);
  }
}

class Guest extends Protocol<unknown> {
  readonly #guests: Guests;
  #peer = '';
  constructor(guests: Guests) {
    super();
    this.#guests = guests;
  }
  override connectionMade(): void {
    const peer = this.transport.getPeer();
    this.#peer = 'host' in peer ? peer.host : '';
    this.#count(1);
    this.#guests.most = Math.max(this.#guests.most, this.#guests.all);
    this.#guests.mostPerPeer = Math.max(this.#guests.mostPerPeer, this.#guests.open.get(this.#peer) ?? 0);
    this.transport.write('welcome');
  }
  override connectionLost(): void {
    this.#count(-1);
  }
  #count(by: number): void {
    this.#guests.open.set(this.#peer, (this.#guests.open.get(this.#peer) ?? 0) + by);
  }
}

class Visitor extends Protocol<unknown> {
  welcome = false;
  override dataReceived(): void {
    this.welcome = true;
  }
}

/** Comes, stays a while, and goes in one of several ways. */
async function visit(world: World, host: Host, port: number): Promise<void> {
  await world.sleep(world.dice.between(0, 5000));
  try {
    const { transport } = await connect(`tcp:server:${port}`, new Visitor(), {
      reactor: host.reactor,
      timeoutMs: 2000,
    });
    await world.sleep(world.dice.pick([0, 0.1, 10, 1000]));
    const leave = world.dice.pick(['abortConnection', 'loseConnection', 'loseWriteConnection']);
    if (leave === 'abortConnection') transport.abortConnection();
    else if (leave === 'loseConnection') transport.loseConnection();
    else transport.loseWriteConnection();
  } catch {
    // An attempt that fails is one visit less.
  }
}

/** How many of `count` visitors that come together are welcome. */
async function welcomes(world: World, hosts: readonly Host[], port: number): Promise<number> {
  const visitors = await Promise.all(
    hosts.map(({ reactor }) => connect(`tcp:server:${port}`, new Visitor(), { reactor })),
  );
  await world.sleep(5000);
  for (const { transport } of visitors) transport.loseConnection();
  return visitors.filter(({ welcome }) => welcome).length;
}

async function limits(world: World): Promise<void> {
  const lives: { all: Guests; each: Guests }[] = [];
  const server = world.host('server');
  await server.run(async (reactor) => {
    const life = { all: new Guests(), each: new Guests() };
    lives.push(life);
    const idle = { idleTimeoutMs: 20_000 };
    await reactor.listenTCP(1, limitConnections(timeoutIdle(life.all, idle), { max: MOST, message: '' }));
    await reactor.listenTCP(2, limitPerPeer(timeoutIdle(life.each, idle), { max: MOST_PER_PEER }));
  });
  const hosts = [world.host('one'), world.host('two'), world.host('three')];
  const visits = hosts.flatMap((host) => Array.from({ length: 12 }, (_, at) => visit(world, host, 1 + (at % 2))));
  await Promise.all(visits);
  world.calm();
  await world.sleep(100_000);
  await world.until(() => lives.at(-1)?.all.all === 0 && lives.at(-1)?.each.all === 0, 100);
  for (const { all, each } of lives) {
    expect(all.most <= MOST, `${all.most} guests behind a limit of ${MOST}`);
    expect(each.mostPerPeer <= MOST_PER_PEER, `${each.mostPerPeer} guests of one peer, where ${MOST_PER_PEER} may be`);
  }
  // Nobody is counted any more: as many as may be are welcome, and no more.
  const [one] = hosts;
  expect(
    one !== undefined && (await welcomes(world, Array(MOST + 2).fill(one), 1)) === MOST,
    'the limit did not return',
  );
  expect((await welcomes(world, Array(MOST_PER_PEER + 2).fill(one), 2)) === MOST_PER_PEER, 'a peer has lost a place');
}

/** Sends a byte now and then. */
async function slowloris(world: World): Promise<void> {
  const lives: { madeMs: number; lostMs: number; reason: Error | undefined }[] = [];
  const factory = new (class extends Factory {
    override buildProtocol(): Protocol<unknown> {
      const life = { madeMs: world.now, lostMs: 0, reason: undefined as Error | undefined };
      lives.push(life);
      return new (class extends Protocol<unknown> {
        override connectionLost(reason: Error): void {
          life.lostMs = world.now;
          life.reason = reason;
        }
      })();
    }
  })();
  const server = world.host('server');
  await server.run(async (reactor) => {
    await reactor.listenTCP(8007, timeoutAbsolute(factory, { timeoutMs: LASTS_MS }));
  });
  const { reactor } = world.host('client');
  for (let count = 0; count < 5; count += 1) {
    const { transport } = await connect('tcp:server:8007', new Protocol(), { reactor });
    const drip = (): void => {
      if (transport.disconnected) return;
      transport.write('.');
      reactor.callLater(world.dice.between(500, 3000), drip);
    };
    drip();
    await world.sleep(world.dice.between(0, 1500));
    server.jumpClock(world.dice.between(-86_400_000, 86_400_000));
  }
  await world.until(() => lives.length === 5 && lives.every(({ reason }) => reason !== undefined), 10);
  for (const { madeMs, lostMs, reason } of lives) {
    const lasted = lostMs - madeMs;
    expect(reason instanceof TimeoutError, `it ended with ${reason}`);
    expect(lasted >= LASTS_MS && lasted <= LASTS_MS + 1000, `it lasted ${lasted} ms instead of ${LASTS_MS}`);
  }
}

/** Sends a byte of a line now and then, and whole lines before it. */
async function dripping(world: World): Promise<void> {
  const lives: Line[] = [];
  class Line extends LineReceiver<unknown> {
    /** When the byte came with which a line began that is not whole yet. */
    begunMs = 0;
    lostMs = 0;
    reason: Error | undefined;
    override dataReceived(data: Buffer): Result {
      const result = super.dataReceived(data);
      if (this.begunMs === 0 && this.heldBytes > 0) this.begunMs = world.now;
      return result;
    }
    override lineReceived(): void {
      this.begunMs = 0;
    }
    override connectionLost(reason: Error): void {
      this.lostMs = world.now;
      this.reason = reason;
    }
  }
  class Lines extends Factory {
    override buildProtocol(): Line {
      const line = new Line();
      lives.push(line);
      return line;
    }
  }
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, timeoutMessage(new Lines(), { messageTimeoutMs: LASTS_MS }));
  });
  const { reactor } = world.host('client');
  for (let count = 0; count < 5; count += 1) {
    const { transport } = await connect('tcp:server:8007', new Protocol(), { reactor });
    for (let whole = world.dice.whole(0, 3); whole > 0; whole -= 1) {
      await world.sleep(world.dice.pick([0, 100, 2 * LASTS_MS]));
      transport.write('all of it\r\n');
    }
    const drip = (): void => {
      if (transport.disconnected) return;
      transport.write('.');
      reactor.callLater(world.dice.between(500, 3000), drip);
    };
    drip();
  }
  await world.until(() => lives.length === 5 && lives.every(({ reason }) => reason !== undefined), 10);
  for (const { begunMs, lostMs, reason } of lives) {
    // The sums of times are not exact.
    const lasted = lostMs - begunMs + 0.001;
    expect(reason instanceof TimeoutError, `it ended with ${reason}`);
    expect(lasted >= LASTS_MS && lasted <= LASTS_MS + 1001, `it lasted ${lasted} ms instead of ${LASTS_MS}`);
  }
}

export const LIMITS: readonly Scene[] = [
  {
    name: 'row 6 a byte now and then does not move an absolute deadline',
    options: { faultPlan: WHOLE },
    play: slowloris,
  },
  {
    name: 'row 6 a byte of a line now and then does not move its deadline',
    options: { faultPlan: WHOLE },
    play: dripping,
  },
  {
    name: 'row 10 limits hold at every instant, and return to nobody',
    options: { patienceMs: 3_600_000 },
    play: limits,
  },
  {
    name: 'row 10 the same while hosts go',
    options: { profile: 'storm', patienceMs: 3_600_000 },
    play: limits,
  },
];
