import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BuildFunction, Reactor } from 'couplet';
import { CannotListenError, listen, open, Protocol } from 'couplet';
import { simulate } from 'couplet/sim';

/** Says the name of its port, and closes. */
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

function named(name: string): BuildFunction {
  return () => new Named(name);
}

/** Connects so many times; returns what was heard. */
async function hear(where: string, reactor: Reactor, times = 1): Promise<string[]> {
  const heard: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const connection = await open(where, { reactor });
    for await (const chunk of connection) heard.push(String(chunk));
  }
  return heard;
}

describe('ports that share their number in a simulated kernel', () => {
  test('R59 F45 one for IPv6 alone leaves IPv4 to another', async () => {
    await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
      const { reactor: client } = world.host('client');
      await world.host('server').run(async (reactor) => {
        const six = await listen('tcp6:8007:ipv6Only=1', named('six'), { reactor });
        const four = await listen('tcp:8007', named('four'), { reactor });
        assert.deepEqual(await hear('tcp:10.0.0.2:8007', client), ['four']);
        assert.deepEqual(await hear('tcp:[fd00::2]:8007', client), ['six']);
        await Promise.all([six.stopListening(), four.stopListening()]);
        // Without it one port has both.
        await listen('tcp6:8007', named('both'), { reactor });
        await assert.rejects(listen('tcp:8007', named('none'), { reactor }), CannotListenError);
      });
    });
  });

  test('R59 those that say so share an address, and each gets connections', async () => {
    await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
      const { reactor: client } = world.host('client');
      await world.host('server').run(async (reactor) => {
        for (const name of ['a', 'b']) await reactor.listenTCP(8007, named(name), { reusePort: true });
        await assert.rejects(reactor.listenTCP(8007, named('c')), CannotListenError);
        assert.deepEqual(new Set(await hear('tcp:server:8007', client, 10)), new Set(['a', 'b']));
      });
    });
  });
});
