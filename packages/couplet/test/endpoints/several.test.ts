import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, ConnectionRefusedError, connect, Protocol, UserAbortError } from 'couplet';
import { type ClientEndpoint, ClientService, clientFromString, failover, roundRobin } from 'couplet/endpoints';
import { simulate } from 'couplet/sim';
import { Hearer } from '../hearer.ts';
import { call } from '../misuse/calling.ts';

/** Says the name of its server, and closes. */
class Named extends Protocol {
  readonly #name: string;
  constructor(name: string) {
    super();
    this.#name = name;
  }
  override connectionMade(): void {
    this.transport.write(this.#name);
    this.transport.loseConnection();
  }
}

/** Plays a scene with the endpoints of the ports 1, 2 and 3 of a server, which listens at 1 and 2. */
async function play(scene: (endpoints: readonly [ClientEndpoint, ClientEndpoint, ClientEndpoint]) => Promise<void>) {
  await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
    const { reactor } = world.host('client');
    await world.host('server').run(async (own) => {
      await own.listenTCP(1, () => new Named('one'));
      await own.listenTCP(2, () => new Named('two'));
      const at = (port: number): ClientEndpoint => clientFromString(reactor, `tcp:server:${port}`);
      await scene([at(1), at(2), at(3)]);
    });
  });
}

async function hear(endpoint: ClientEndpoint): Promise<string> {
  return (await connect(endpoint, new Hearer())).ended;
}

describe('an endpoint for several places', () => {
  test('R58 roundRobin goes to the next one each time, and not elsewhere when that fails', async () => {
    await play(async ([one, two, none]) => {
      const all = roundRobin([one, none, two]);
      for (let time = 0; time < 2; time += 1) {
        assert.equal(await hear(all), 'one');
        await assert.rejects(hear(all), ConnectionRefusedError);
        assert.equal(await hear(all), 'two');
      }
    });
  });

  test('R58 failover tries them in order, each time from the first', async () => {
    await play(async ([one, two, none]) => {
      for (let time = 0; time < 2; time += 1) assert.equal(await hear(failover([none, two, one])), 'two');
      await assert.rejects(hear(failover([none, none])), ConnectionRefusedError);
      const turns = roundRobin([none, one, two]);
      const heard = [await hear(failover([turns, turns])), await hear(failover([turns, turns]))];
      assert.deepEqual(heard, ['one', 'two']);
    });
  });

  test('R58 failover stops at what is not the fault of the network', async () => {
    await play(async ([one, , none]) => {
      const both = failover([none, one]);
      const controller = new AbortController();
      controller.abort();
      await assert.rejects(both.connect(new Hearer(), { signal: controller.signal }), UserAbortError);
      await assert.rejects(async () => call(both.connect, both, 7), TypeError);
      const failures = [new RangeError('it cannot be built'), new Error('another')];
      const failing = (): ClientEndpoint => ({ connect: () => Promise.reject(failures.shift()) });
      await assert.rejects(failover([failing(), failing()]).connect(new Hearer()), /^RangeError: it cannot be built$/);
    });
    await assert.rejects(
      simulate({ seeds: 1, profile: 'calm' }, async (world) => {
        const { reactor } = world.host('client');
        const at = clientFromString(reactor, 'tcp:client:1');
        await failover([at, at]).connect(new ClientFactory());
      }),
      /has no protocol and no buildProtocol/,
    );
  });

  test('R58 a ClientService goes on at the next place', async () => {
    await play(async ([one, two, none]) => {
      const service = new ClientService(roundRobin([none, one, none, two]), () => new Hearer(), { jitter: 'none' });
      service.startService();
      for (const name of ['one', 'two', 'one']) assert.equal(await (await service.whenConnected()).ended, name);
      await service.stopService();
    });
  });

  test('what is not an array of endpoints is refused', () => {
    for (const several of [roundRobin, failover]) {
      assert.throws(() => several([]), { name: 'RangeError', message: /^endpoints is an empty array/ });
      assert.throws(() => call(several, undefined, 'tcp:a:1'), {
        name: 'TypeError',
        message: /^endpoints is the string 'tcp:a:1'/,
      });
      assert.throws(() => call(several, undefined, ['tcp:a:1']), {
        name: 'TypeError',
        message: /which has no method 'connect'/,
      });
    }
  });
});
