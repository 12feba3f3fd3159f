import type { DelayedCall } from 'couplet';
import { ClientFactory, ConnectionDone, connect, Factory, Protocol } from 'couplet';
import { timeoutIdle } from 'couplet/policies';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { affordable, expect, REPAIRED } from './scene.ts';

/** Counts what begins and what ends. */
interface Tally {
  made: number;
  lost: number;
}

/** Does what it may, at any time: writes, ends its output, closes, aborts, pauses. */
class Unruly extends Protocol<unknown> {
  readonly #world: World;
  readonly #tally: Tally;
  readonly #timers: DelayedCall[] = [];
  constructor(world: World, tally: Tally) {
    super();
    this.#world = world;
    this.#tally = tally;
  }
  override connectionMade(): void {
    this.#tally.made += 1;
    for (let count = 0; count < 6; count += 1) {
      this.#later(this.#world.dice.between(0, 400), () => this.#act());
    }
    this.#later(500, () => this.transport.loseConnection());
  }
  #later(ms: number, call: () => void): void {
    this.#timers.push(this.transport.clock.callLater(ms, call));
  }
  override dataReceived(): void {
    if (this.#world.dice.chance(0.1)) this.#act();
  }
  override readConnectionLost(): void {
    if (this.#world.dice.chance(0.5)) this.#act();
    else this.transport.loseConnection();
  }
  override connectionLost(): void {
    this.#tally.lost += 1;
    for (const timer of this.#timers) timer.cancel();
  }
  #act(): void {
    switch (this.#world.dice.whole(0, 7)) {
      case 0:
        this.transport.loseWriteConnection();
        break;
      case 1:
        this.transport.loseConnection();
        break;
      case 2:
        this.transport.abortConnection();
        break;
      case 3:
        this.transport.pauseProducing();
        this.#later(this.#world.dice.between(0, 100), () => this.transport.resumeProducing());
        break;
      default:
        this.transport.write(Buffer.alloc(this.#world.dice.pick([1, 100, affordable(this.#world, 5000)]), 'poem'));
    }
  }
}

async function resets(world: World): Promise<void> {
  const lives: Tally[] = [];
  await world.host('server').run(async (reactor) => {
    const tally = { made: 0, lost: 0 };
    lives.push(tally);
    const factory = new (class extends Factory {
      override buildProtocol(): Unruly {
        return new Unruly(world, tally);
      }
    })();
    await reactor.listenTCP(8007, timeoutIdle(factory, { idleTimeoutMs: 30_000 }));
  });
  const own = { made: 0, lost: 0 };
  let failed = 0;
  const factory = new (class extends ClientFactory {
    override buildProtocol(): Unruly {
      return new Unruly(world, own);
    }
    override clientConnectionFailed(): void {
      failed += 1;
    }
  })();
  const { reactor } = world.host('client');
  const guarded = timeoutIdle(factory, { idleTimeoutMs: 30_000 });
  for (let count = 0; count < 20; count += 1) {
    reactor.callLater(world.dice.between(0, 2000), () =>
      reactor.connectTCP('server', 8007, guarded, { timeoutMs: 5000 }),
    );
  }
  await world.until(() => own.lost + failed === 20, 100);
  await world.sleep(200_000);
  const life = lives.at(-1);
  expect(own.made === own.lost, `the client made ${own.made} connections and lost ${own.lost}`);
  expect(life !== undefined && life.made === life.lost, `the server made ${life?.made} and lost ${life?.lost}`);
  const held = world.host('server').processes.at(-1)?.descriptors;
  expect(held === 1, `the server has ${held} descriptors, not that of its port`);
}

/** Answers, when the question is whole, with all of it and as much again. */
class Answers extends Protocol {
  readonly #question: Buffer[] = [];
  override dataReceived(data: Buffer): void {
    this.#question.push(data);
  }
  override readConnectionLost(): void {
    for (const part of [...this.#question, ...this.#question]) this.transport.write(part);
    this.transport.loseConnection();
  }
}

class Asks extends Protocol<unknown> {
  readonly answer: Buffer[] = [];
  reason: Error | undefined;
  override dataReceived(data: Buffer): void {
    this.answer.push(data);
  }
  override readConnectionLost(): void {
    this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

async function halfCloses(world: World): Promise<void> {
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, Factory.forProtocol(Answers), { lingerTimeoutMs: 100_000, lingerMaxMs: 300_000 });
  });
  const { reactor } = world.host('client');
  const question = Buffer.alloc(world.dice.whole(1, affordable(world, 4000)), 'is that a poem? ');
  const asked: Asks[] = [];
  for (let count = 0; count < 3; count += 1) {
    const asks = await connect('tcp:server:8007', new Asks(), { reactor, timeoutMs: 600_000 });
    asked.push(asks);
    asks.transport.write(question);
    asks.transport.loseWriteConnection();
    await world.sleep(world.dice.between(0, 3000));
  }
  await world.until(() => asked.every(({ reason }) => reason !== undefined), 10);
  for (const { answer, reason } of asked) {
    expect(reason instanceof ConnectionDone, `it ended with ${reason}`);
    expect(Buffer.concat(answer).equals(Buffer.concat([question, question])), 'the answer is not whole');
  }
}

export const CLOSING: readonly Scene[] = [
  { name: 'row 7 whoever resets or closes, and when: each connection ends once', options: {}, play: resets },
  { name: 'row 7 the same while hosts go', options: { profile: 'storm' }, play: resets },
  {
    name: 'row 8 who ends its output gets the whole answer',
    options: { profile: 'storm', faultPlan: REPAIRED, patienceMs: 3_600_000 },
    play: halfCloses,
  },
];
