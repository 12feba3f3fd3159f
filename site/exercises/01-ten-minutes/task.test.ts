import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { Factory, open, Protocol } from 'couplet';
import { simulate } from 'couplet/sim';

const { COUPLET_SOLUTION } = process.env;
const { seconds }: typeof import('./task.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

/** The servers of the exercise: their port, the bytes of the poem, the bytes of a piece, and the pause. */
const SERVERS = [
  { port: 10_000, poem: 2957, piece: 30, pauseMs: 500 },
  { port: 10_001, poem: 605, piece: 10, pauseMs: 100 },
  { port: 10_002, poem: 648, piece: 10, pauseMs: 100 },
];

/** Sends that number of bytes in pieces. */
class Poet extends Protocol {
  readonly #server: (typeof SERVERS)[number];

  constructor(server: (typeof SERVERS)[number]) {
    super();
    this.#server = server;
  }

  override async connectionMade() {
    const { poem, piece, pauseMs } = this.#server;
    for (let sent = 0; sent < poem; sent += piece) {
      if (sent > 0) await this.transport.clock.sleep(pauseMs);
      this.transport.write(Buffer.alloc(Math.min(piece, poem - sent)));
    }
    this.transport.loseConnection();
  }
}

/** Measures on virtual time how long the downloads take. */
async function measured() {
  const took = { first: 0, second: 0, third: 0, oneAfterTheOther: 0, allAtOnce: 0 };
  await simulate({ seeds: [1], profile: 'calm' }, async (world) => {
    await world.host('poets').run(async (reactor) => {
      for (const server of SERVERS)
        await reactor.listenTCP(server.port, Object.assign(new Factory(), { buildProtocol: () => new Poet(server) }));
    });
    const { reactor } = world.host('reader');
    const download = async (port: number) => {
      await using connection = await open(`tcp:poets:${port}`, { reactor });
      for await (const _ of connection);
    };
    const time = async (what: () => Promise<unknown>) => {
      const begun = reactor.now();
      await what();
      return (reactor.now() - begun) / 1000;
    };
    took.first = await time(() => download(10_000));
    took.second = await time(() => download(10_001));
    took.third = await time(() => download(10_002));
    took.oneAfterTheOther = await time(async () => {
      for (const { port } of SERVERS) await download(port);
    });
    took.allAtOnce = await time(() => Promise.all(SERVERS.map(({ port }) => download(port))));
  });
  return took;
}

const took = await measured();
const hints = {
  first: 'count its pieces, and the pauses between them',
  second: 'is it asked to wait any longer than before?',
  third: 'is it asked to wait any longer than before?',
  oneAfterTheOther: 'it waits for each of the three, one after the other',
  allAtOnce: 'it waits for all three at the same time',
};

describe('exercise 1: one server is slower', () => {
  for (const name of Object.keys(hints) as (keyof typeof hints)[])
    test(name, () => {
      const difference = seconds[name] - took[name];
      assert.ok(
        Math.abs(difference) <= 0.5,
        `${name}: ${seconds[name]} s is too ${difference > 0 ? 'long' : 'short'}: ${hints[name]}`,
      );
    });
});
