import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionDone, Factory, Protocol, ReconnectingClientFactory } from 'couplet';
import { Echo } from 'couplet/protocols';
import type { Fault, Scenario, SimulateOptions, World } from 'couplet/sim';
import { NodeBackend } from '../../src/backends/node/node.ts';
import type { Outside } from '../../src/sim/simulate.ts';
import { play } from '../../src/sim/simulate.ts';

const { clock, surroundings } = new NodeBackend();
/** It runs in the root of a repository at that commit. */
const OUTSIDE: Outside = { clock, surroundings: { ...surroundings, readFile: async () => Buffer.from('c0ffee\n') } };

/** How a simulation fails, with that replay in the environment. */
async function failureOf(options: SimulateOptions, scenario: Scenario, replay?: string): Promise<Error> {
  try {
    await play(options, scenario, OUTSIDE, replay);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new Error('the simulation did not fail');
}

/** A world in which a client lives that does something wrong once it is connected. */
function living(misdeed: (client: Protocol, world: World) => void): Scenario {
  return async (world) => {
    await world.host('server').run(async (reactor) => {
      await reactor.listenTCP(7, Factory.forProtocol(Echo));
    });
    const factory = new ReconnectingClientFactory({ maxRetries: 0 });
    const client = new Protocol();
    factory.buildProtocol = () => client;
    world.host('client').reactor.connectTCP('server', 7, factory);
    await world.until(() => client.transport !== undefined);
    misdeed(client, world);
    await world.sleep(100);
  };
}

/** A client that comes back until the world is calm; it fails when it was cut so many times. */
function fragile(cuts: number): Scenario {
  return async (world) => {
    let lost = 0;
    const factory = new ReconnectingClientFactory({ initialDelayMs: 10, maxDelayMs: 10 });
    factory.buildProtocol = () =>
      Object.assign(new Protocol(), {
        connectionLost: () => {
          lost += 1;
        },
      });
    await world.host('server').run(async (reactor) => {
      await reactor.listenTCP(7, Factory.forProtocol(Echo));
    });
    world.host('client').reactor.connectTCP('server', 7, factory, { timeoutMs: 1000 });
    while (world.now < 40_000) {
      await world.sleep(10);
      if (lost >= cuts) throw new Error(`${lost} connections were lost in ${world.now} ms`);
    }
    factory.stopTrying();
  };
}

const STORMY = { faults: ['cut', 'clock'] as readonly Fault[], everyMs: 500, faultsMs: 30_000 };

describe('simulate, when it fails', () => {
  for (const [what, misdeed, fault] of [
    [
      'data while reading is paused',
      (client) => {
        client.transport.pauseProducing();
        client.dataReceived(Buffer.from('x'));
      },
      /dataReceived while reading is paused/,
    ],
    [
      'data while the promise of a callback is pending',
      (client) => {
        client.connectionMade = (): Promise<void> => new Promise(() => {});
        client.makeConnection(client.transport);
        client.dataReceived(Buffer.from('x'));
      },
      /dataReceived while the promise of a callback is pending/,
    ],
    [
      'data that did not arrive',
      (client) => client.dataReceived(Buffer.from('x')),
      /the protocol is given other bytes than arrived/,
    ],
    [
      'a second connectionMade',
      (client) => client.makeConnection(client.transport),
      /connectionMade of a connection that is alive/,
    ],
    [
      'a second connectionLost',
      (client) => {
        client.connectionLost(new ConnectionDone());
        client.connectionLost(new ConnectionDone());
      },
      /connectionLost of a connection that is lost/,
    ],
    [
      'a callback inside another',
      (client) => {
        client.connectionLost = (): void => {};
        client.connectionMade = (): void => client.dataReceived(Buffer.from('x')) as void;
        client.makeConnection(client.transport);
      },
      /dataReceived inside connectionMade/,
    ],
    [
      'bytes that were never sent',
      (client) => {
        client.transport.write('x');
        client.connectionLost(new ConnectionDone());
      },
      /it ended in order, and 1 bytes that were written were never sent/,
    ],
    [
      'a producer that is left behind',
      (client) => {
        client.transport.registerProducer({ resumeProducing: () => {}, stopProducing: () => {} }, false);
        client.connectionLost(new ConnectionDone());
      },
      /connectionLost, and its producer was not told to stop/,
    ],
  ] as readonly (readonly [string, (client: Protocol) => void, RegExp])[]) {
    test(`finds ${what}`, async () => {
      let faults: readonly string[] = [];
      const error = await failureOf(
        { seeds: 1, profile: 'calm' },
        living((client, world) => {
          faults = world.faults;
          misdeed(client);
        }),
      );
      assert.match(faults.join('\n'), fault);
      assert.match(error.message, /^seed 1, profile calm, commit c0ffee: Protocol on c1: /);
    });
  }

  test('finds a write after the close', async () => {
    const error = await failureOf({ seeds: 1, profile: 'calm' }, async (world) => {
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(7, Factory.forProtocol(Echo));
      });
      const [host = ''] = world.host('server').addresses;
      const backend = world.host('client').spawn();
      backend.streams.connect(
        { kind: 'tcp', host, port: 7, localHost: undefined, localPort: undefined },
        {
          onReady: (wire) => {
            wire.close();
            wire.write(Buffer.from('late'));
            return null;
          },
          onFailed: () => {},
        },
      );
      await world.sleep(100);
    });
    assert.match(error.message, /client c1: a write after close or abort/);
  });

  test('says in one line what was wrong, and the rest below', async () => {
    const error = await failureOf({ seeds: [3], profile: 'calm' }, () => assert.equal(1, 2));
    const [first, ...rest] = error.message.split('\n');
    assert.equal(first, 'seed 3, profile calm, commit c0ffee: Expected values to be strictly equal:');
    assert.equal(rest[0], '    1 !== 2');
    assert.equal(rest[1], '  replay it with COUPLET_SIM=calm:3 in the environment of the same command');
    assert.ok(error.cause instanceof assert.AssertionError);
  });

  test('tells of a scenario that rejects with nothing', async () => {
    const error = await failureOf({ seeds: 1, profile: 'calm' }, () => Promise.reject());
    assert.match(error.message, /: the scenario failed without an error\n/);
  });

  test('leaves out every fault that the failure does not need, though its text tells of times and numbers', async () => {
    for (const cuts of [1, 2]) {
      const { message } = await failureOf({ seeds: 5, faultPlan: STORMY }, fragile(cuts));
      const faults = message.split('\n').filter((line) => line.startsWith('  fault'));
      assert.equal(faults.length, cuts, message);
      assert.ok(
        faults.every((line) => line.includes('is cut at')),
        message,
      );
      const [, replay] = /COUPLET_SIM=(\S+)/.exec(message) ?? [];
      assert.match(replay ?? '', cuts === 1 ? /^rough:\d+(:\d+)?$/ : /^rough:\d+(:\d+,\d+)?$/);
      const again = await failureOf({ faultPlan: STORMY }, fragile(cuts), replay);
      assert.equal(again.message.split('\n')[0], message.split('\n')[0]);
    }
  });

  test('leaves all faults out where none is needed', async () => {
    const { message } = await failureOf({ seeds: 1, faultPlan: STORMY }, async (world) => {
      world.host('one');
      await world.sleep(20_000);
      throw new Error(`tired after ${world.faultInjector.injected.length} faults`);
    });
    assert.match(message, /^seed 1, profile rough, commit c0ffee: tired after 0 faults\n.*COUPLET_SIM=rough:1:none /);
  });

  test('replays the seed of the environment and no other, with those faults', async () => {
    const seeds: string[] = [];
    const faults: number[][] = [];
    const watch = async (world: World): Promise<void> => {
      world.host('one');
      await world.sleep(20_000);
      seeds.push(world.seed);
      faults.push(world.faultInjector.injected.map(({ number }) => number));
    };
    for (const replay of ['rough:12', 'storm:a:b:none', 'calm:12:1', 'rough:12:2,3']) {
      await play({ seeds: 9, twice: 0, faultPlan: STORMY }, watch, OUTSIDE, replay);
    }
    assert.deepEqual(seeds, ['12', 'a:b', '12', '12']);
    assert.deepEqual(faults.slice(1, 2), [[]]);
    assert.ok(faults[3]?.every((number) => number === 2 || number === 3));
  });

  test('refuses what is no replay, and says what one is', async () => {
    for (const replay of ['7', 'windy:7', 'rough:', '']) {
      const error = await failureOf({}, () => {}, replay);
      assert.ok(error instanceof RangeError);
      assert.equal(
        error.message,
        `COUPLET_SIM '${replay}' is not PROFILE:SEED, PROFILE:SEED:FAULT,FAULT or PROFILE:SEED:none`,
      );
    }
  });
});
