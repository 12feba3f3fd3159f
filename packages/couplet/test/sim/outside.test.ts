import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { ClientFactory, Factory, Protocol, serve } from 'couplet';
import type { Profile, Scenario, SimulateOptions } from 'couplet/sim';
import { SimulationError, simulate } from 'couplet/sim';

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

/** A server whose answers come when `delay` says, and a client that waits for one. */
function answering(answer: (protocol: Protocol) => void): Scenario {
  class Answers extends Protocol {
    override dataReceived(): void {
      answer(this);
    }
  }
  return async (world) => {
    await world.host('server').run(async (reactor) => {
      await reactor.listenTCP(7, Factory.forProtocol(Answers));
    });
    let answered = false;
    const client = Object.assign(new Protocol(), {
      connectionMade: () => void client.transport.write('?'),
      dataReceived: () => {
        answered = true;
        client.transport.loseConnection();
      },
    });
    const factory = new (class extends ClientFactory {
      override buildProtocol(): Protocol {
        return client;
      }
    })();
    world.host('client').reactor.connectTCP('server', 7, factory, { timeoutMs: 600_000 });
    await world.until(() => answered, 10);
  };
}

const later = ({ transport }: Protocol, ms: number): void => {
  transport.clock.callLater(ms, () => transport.write('!'));
};

/** How code leaves its world, and what is said of it. */
const WAYS: readonly (readonly [string, string, (protocol: Protocol) => void])[] = [
  ['Math.random', 'random()', (protocol) => later(protocol, Math.random() * 10)],
  ['Date.now', 'wallClock()', (protocol) => later(protocol, Date.now() % 7)],
  ['performance.now', 'now()', (protocol) => later(protocol, performance.now() % 7)],
  ['setTimeout', 'callLater()', ({ transport }) => void setTimeout(() => transport.write('!'), 1)],
  ['setImmediate', 'callLater()', ({ transport }) => void setImmediate(() => transport.write('!'))],
  [
    'setInterval',
    'callLater()',
    ({ transport }) => {
      const timer = setInterval(() => {
        clearInterval(timer);
        transport.write('!');
      }, 1);
    },
  ],
  ['crypto.randomUUID', 'random()', (protocol) => later(protocol, Number.parseInt(crypto.randomUUID(), 16) % 7)],
];

const WHOLE = { faults: [], faultsMs: 0, everyMs: Number.POSITIVE_INFINITY };

describe('a simulation, of code that leaves its world', () => {
  for (const [name, instead, answer] of WAYS) {
    for (const profile of ['calm', 'rough'] as const satisfies readonly Profile[]) {
      test(`names ${name}, and the line that calls it (${profile})`, async () => {
        const message = await failure({ seeds: 3, profile, faultPlan: WHOLE }, answering(answer));
        const [first = ''] = message.split('\n');
        assert.match(
          first,
          new RegExp(`calls ${name}, which is not of this world: use ${instead.replace('()', '\\(\\)')}`),
        );
        assert.match(first, /outside\.test\.[jt]s:\d+:\d+\)? calls/);
      });
    }
  }

  test('names what a handler calls behind an await', async () => {
    const message = await failure({ seeds: 1, profile: 'calm' }, async (world) => {
      await world.host('server').run(async (reactor) => {
        const handler = async (): Promise<void> => {
          await Promise.resolve();
          Math.random();
        };
        await serve('tcp:7', handler, { reactor });
      });
      world.host('client').reactor.connectTCP('server', 7, ClientFactory.forProtocol(Protocol));
      await world.sleep(1000);
    });
    assert.match(message, /handler \(.*outside\.test\.[jt]s:\d+:\d+\) calls Math\.random/);
  });

  test('lets the scenario itself, and others meanwhile, have time and chance; and leaves no trace of it', async () => {
    const before = [Math.random, Date.now, setTimeout, setInterval, setImmediate, performance.now];
    let others = 0;
    const timer = setInterval(() => {
      others += Date.now() > 0 ? 1 : 0;
    }, 1);
    const outlast = async (): Promise<void> => {
      while (others === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await Promise.all([
      outlast(),
      simulate({ seeds: 20, profile: 'calm' }, async (world) => {
        const begun = performance.now() + Math.random();
        await answering((protocol) => later(protocol, 1))(world);
        assert.ok(performance.now() > begun - 1 && Date.now() > 0);
      }),
    ]);
    clearInterval(timer);
    await failure(
      { seeds: 1, profile: 'calm' },
      answering((protocol) => later(protocol, Math.random())),
    );
    assert.deepEqual([Math.random, Date.now, setTimeout, setInterval, setImmediate, performance.now], before);
  });

  test('finds chance that nobody can see by playing seeds twice, and shows the first line that differs', async () => {
    const chancy = answering((protocol) => later(protocol, randomBytes(4).readUInt32LE() / 2 ** 30));
    for (const profile of ['calm', 'rough'] as const satisfies readonly Profile[]) {
      const message = await failure({ seeds: 9, profile, faultPlan: WHOLE }, chancy);
      const [first, ...more] = message.split('\n');
      assert.match(first ?? '', /^seed 1, profile \w+.*: played twice, it is not the same$/);
      assert.match(more[0] ?? '', /^ {4}the first line of the trace that differs is number \d+:$/);
      assert.match(more[1] ?? '', /^ {4}once: [\d.]+ server s\d+ writes 1$/);
      assert.match(more[2] ?? '', /^ {4}then: [\d.]+ server s\d+ writes 1$/);
      assert.match(more[3] ?? '', /^ {4}suspects: .*new Date\(\).*outlives a world/);
    }
  });

  test('plays the first seed, the last and some between twice', async () => {
    for (const [seeds, twice, sample] of [
      [1, undefined, ['1']],
      [2, undefined, ['1', '2']],
      [101, undefined, ['1', '26', '51', '76', '101']],
      [101, 2, ['1', '101']],
      [4, 1, ['1']],
      [3, 0, []],
    ] as const) {
      const played = new Map<string, number>();
      const options = twice === undefined ? { seeds } : { seeds, twice };
      await simulate({ ...options, profile: 'calm' }, ({ seed }) => {
        played.set(seed, (played.get(seed) ?? 0) + 1);
      });
      assert.equal(played.size, seeds);
      assert.deepEqual(
        [...played].filter(([, times]) => times > 1).map(([seed]) => seed),
        sample,
      );
    }
  });

  test('finds what outlives a world, and what is wrong the second time only', async () => {
    let worlds = 0;
    const counting: Scenario = async (world) => {
      worlds += 1;
      await world.sleep(10);
      if (worlds > 1) throw new Error(`this is the world number ${worlds}`);
    };
    const message = await failure({ seeds: 1, profile: 'calm' }, counting);
    assert.match(message, /played twice, it is not the same\n.*the second time it fails: this is the world number 2\n/);
    let lines = 0;
    const longer = await failure({ seeds: 1, profile: 'calm' }, async (world) => {
      lines += 1;
      for (let count = 0; count < lines; count += 1) world.note('a line');
    });
    assert.match(longer, /once: .*\n {4}then: 0\.000 a line\n/);
  });

  test('says of a failure whether it comes again', async () => {
    let delayMs = 0;
    const message = await failure({ seeds: 1, profile: 'calm' }, async (world) => {
      delayMs += 1;
      await world.sleep(delayMs);
      world.note('here');
      throw new Error('it is late');
    });
    assert.match(message, /: it is late\n[\s\S]*though played again it is not the same: .*outlives a world/);
    const steady = await failure({ seeds: 1, profile: 'calm' }, () => Promise.reject(new Error('always')));
    assert.doesNotMatch(steady, /not the same/);
  });
});
