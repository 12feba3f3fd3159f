import { describe, test } from 'node:test';
import { FIXED, Server } from './server.ts';
import { THRESHOLDS } from './thresholds.ts';
import { Asker, download } from './visits.ts';
import { elsewhere, within } from './within.ts';

const line = `${'x'.repeat(30)}\r\n`;
const parcels = { message: Buffer.alloc(1150, `$16\r\n${'x'.repeat(16)}\r\n`), each: 50, times: 20 };

/** What is sent at once, how many messages that is, and how often; without a message it is poems. */
const WORKS = {
  echo: { message: Buffer.alloc(64, 'x'), each: 1, times: 400 },
  lines: { message: Buffer.alloc(3200, line), each: 100, times: 50 },
  'text lines': { message: Buffer.alloc(3200, line), each: 100, times: 50 },
  poems: { message: undefined, each: 1, times: 250 },
  'text and bodies': parcels,
  'raw bodies': parcels,
  'bodies by a generator': parcels,
  requests: { message: Buffer.alloc(3200, line), each: 100, times: 20 },
};

/** The bytes that a task adds to a server's heap. A collection would spoil that. */
async function growth(server: Server, task: () => Promise<void>): Promise<number> {
  const before = await server.collect();
  await task();
  const after = await server.read();
  if (after.collections > before.collections) throw new Error('there was a collection: give it more room');
  return after.heap - before.heap;
}

/** The bytes that a server allocates for each message: the least of three tries, after one to warm up. */
async function allocatedBy(work: keyof typeof WORKS): Promise<number> {
  const { message, each, times } = WORKS[work];
  await using server = await Server.start('couplet', work, { options: ['--expose-gc', ...FIXED] });
  using asker = message === undefined ? undefined : await Asker.connect(server.port);
  const visit = (count: number): Promise<void> =>
    message === undefined || asker === undefined ? download(server.port, count) : asker.ask(message, count);
  const tries: number[] = [];
  while (tries.length < 4) {
    const once = await growth(server, () => visit(times));
    const twice = await growth(server, () => visit(2 * times));
    tries.push((twice - once) / times / each);
  }
  return Math.min(...tries.slice(1));
}

describe('E-7 memory, without an observer', { skip: elsewhere }, () => {
  for (const work of Object.keys(WORKS) as (keyof typeof WORKS)[]) {
    test(`the bytes that ${work} allocate`, async (t) => {
      const bytes = await allocatedBy(work);
      t.diagnostic(`${bytes.toFixed(1)} bytes`);
      within(`bytes allocated by ${work}`, bytes, THRESHOLDS.allocated[work]);
    });
  }

  test('the bytes that an idle connection keeps, between 1,000 and 3,000', async (t) => {
    // A young generation of this size is full again and again, as that of a real server.
    const young = ['--min-semi-space-size=1', '--max-semi-space-size=1'];
    await using server = await Server.start('couplet', 'echo', { options: ['--expose-gc', ...FIXED, ...young] });
    await using crowd = new AsyncDisposableStack();
    const open = async (count: number): Promise<number> => {
      for (let opened = 0; opened < count; opened += 1) {
        const asker = crowd.use(await Asker.connect(server.port));
        await asker.ask(Buffer.from('hello'), 1);
      }
      const { heap, external } = await server.collect();
      return heap + external;
    };
    const few = await open(1000);
    const many = await open(2000);
    const bytes = (many - few) / 2000;
    t.diagnostic(`${bytes.toFixed(1)} bytes`);
    within('bytes kept in the heap and in buffers', bytes, THRESHOLDS.retained);
  });
});
