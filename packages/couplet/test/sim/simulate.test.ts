import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, Protocol, ReconnectingClientFactory } from 'couplet';
import { Echo, LineReceiver } from 'couplet/protocols';
import type { Scenario, SimulateOptions } from 'couplet/sim';
import { SimulationError, simulate } from 'couplet/sim';

/** Says twenty lines, one after the answer to the other, over as many connections as it takes. */
class Caller extends LineReceiver<Calls> {
  override connectionMade(): void {
    this.factory.resetDelay();
    this.#next();
  }
  override lineReceived(line: Buffer): void {
    if (line.toString() !== `line ${this.factory.answered}`) throw new Error(`heard '${line}'`);
    this.factory.answered += 1;
    this.#next();
  }
  #next(): void {
    if (this.factory.answered < 20) this.sendLine(`line ${this.factory.answered}`);
    else this.transport.loseConnection();
  }
}

class Calls extends ReconnectingClientFactory {
  override protocol = Caller;
  answered = 0;
}

/** The traces of the seeds 7 and x, as Node 24 makes them. Node 20 has to make the same. */
const HASHES = ['5739269f00512188', 'c09738cfcd261fbb'];

const echo = Factory.forProtocol(Echo);

const calls: Scenario = async (world) => {
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, echo);
  });
  const factory = new Calls();
  world.host('client').reactor.connectTCP('server', 8007, factory, { timeoutMs: 3000 });
  await world.until(() => factory.answered === 20, 10);
  factory.stopTrying();
};

/** The message with which a simulation fails. */
async function failure(options: SimulateOptions, scenario: Scenario): Promise<string> {
  try {
    await simulate(options, scenario);
  } catch (error) {
    assert.ok(error instanceof SimulationError, String(error));
    return error.message;
  }
  throw new Error('the simulation did not fail');
}

describe('simulate', () => {
  test('plays each seed, on calm and rough networks', async () => {
    const calm = await simulate({ seeds: 5, profile: 'calm' }, calls);
    assert.deepEqual([calm.seeds, calm.hashes.size], [5, 5]);
    assert.equal(new Set(calm.hashes.values()).size, 1, 'without faults all worlds are alike');
    const rough = await simulate({ seeds: 300, profile: 'rough' }, calls);
    assert.ok(new Set(rough.hashes.values()).size > 250, 'each seed makes a world of its own');
    assert.ok(rough.virtualMs > 100_000 && rough.happenings > 100_000);
  });

  test('the same seed gives the same trace, and the one that every runtime gives', async () => {
    const [once, again] = [await simulate({ seeds: [7, 'x'] }, calls), await simulate({ seeds: [7, 'x'] }, calls)];
    assert.deepEqual([...once.hashes], [...again.hashes]);
    const traced: string[] = [];
    await simulate({ seeds: [7], trace: (line) => traced.push(line) }, calls);
    assert.equal(traced[0], '0.000 server listens on 0.0.0.0:8007');
    assert.deepEqual([...once.hashes.values()], HASHES);
  });

  test('a scenario that waits for anything but its world fails, and says so', async () => {
    const message = await failure({ seeds: 1, profile: 'calm' }, () => new Promise(() => {}));
    assert.match(message, /^seed 1, profile calm.*: the scenario waits for something that is not of its world/);
  });

  test('a scenario that makes no progress fails', async () => {
    const message = await failure({ seeds: 1, patienceMs: 5000 }, (world) => world.until(() => false, 100));
    assert.match(message, /no progress: the scenario is not done after/);
  });

  test('what a callback throws fails the scenario, unless it is part of it', async () => {
    class Clumsy extends Protocol {
      override connectionMade(): void {
        throw new Error('ouch');
      }
    }
    const scenario: Scenario = async (world) => {
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(8007, Factory.forProtocol(Clumsy));
      });
      const factory = new Calls({ maxRetries: 0 });
      world.host('client').reactor.connectTCP('server', 8007, factory);
      await world.sleep(1000);
    };
    const message = await failure({ seeds: 1, profile: 'calm' }, scenario);
    assert.match(message, /Clumsy at 10\.0\.0\.2:\d+: connectionMade: Error: ouch/);
    await simulate({ seeds: 1, profile: 'calm', allowErrors: true }, scenario);
  });

  test('a failure names the seed, the replay, the weather, the few faults that it needs, and the last events', async () => {
    class Fragile extends Protocol {
      override connectionLost(reason: Error): void {
        if (reason.name === 'ConnectionLost') throw new Error('it was cut');
      }
    }
    const scenario: Scenario = async (world) => {
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(8007, Factory.forProtocol(Fragile));
      });
      const factory = new Calls({ initialDelayMs: 10, maxDelayMs: 100 });
      world.host('client').reactor.connectTCP('server', 8007, factory, { timeoutMs: 1000 });
      await world.sleep(60_000);
      factory.stopTrying();
    };
    const faultPlan = { faults: ['cut', 'clock'], everyMs: 1000, faultsMs: 30_000 } as const;
    const message = await failure({ seeds: 20, faultPlan }, scenario);
    const [first = '', replay = '', network = '', ...events] = message.split('\n');
    assert.match(first, /^seed \d+, profile rough.*: Fragile at .*: connectionLost: Error: it was cut$/);
    assert.match(replay, /^ {2}replay it with COUPLET_SIM=rough:\d+(:[\d,]+)? in the environment of the same command$/);
    assert.match(network, /^ {2}latencyMs .*; for 30000 ms, every 1000 ms: cut, clock$/);
    assert.equal(events.filter((line) => /^ {2}fault \d+ at/.test(line)).length, 1, message);
    assert.ok(events.some((line) => /is cut/.test(line)));
  });
});
