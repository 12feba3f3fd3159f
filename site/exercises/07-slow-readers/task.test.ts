import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Connection, type Factory, open, serve } from 'couplet';
import { simulate, type World } from 'couplet/sim';

const { COUPLET_SOLUTION } = process.env;
const { proxyTo }: typeof import('./solution.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

/** A client that is connected through the proxy to a server with that handler. */
async function through(world: World, handler: (connection: Connection) => Promise<void>): Promise<Connection> {
  const { reactor } = world.host('server');
  await serve('tcp:8007', handler, { reactor });
  const proxy = world.host('proxy').reactor;
  const factory: Factory = proxyTo(proxy, 'tcp:server:8007');
  await proxy.listenTCP(8008, factory);
  return open('tcp:proxy:8008', { reactor: world.host('client').reactor });
}

const PIECES = Array.from({ length: 200 }, (_, number) => Buffer.alloc(100_000, `${number}\n`));
const hashOf = (bytes: Iterable<Buffer>) => {
  const hash = createHash('sha256');
  for (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
};

test('20 MB pass through, and a client that does not read holds little of them in the proxy', async () => {
  await simulate({ seeds: [1], profile: 'calm', twice: 0 }, async (world) => {
    const client = await through(world, async (connection) => {
      for (const piece of PIECES) await connection.write(piece);
    });
    await world.sleep(5000); // the client reads nothing meanwhile
    let queued = 0;
    for (const view of world.host('proxy').reactor.inspect().connections()) queued += view.queued;
    assert.ok(queued <= 1_000_000, `the proxy has ${queued} bytes in its queues; at most 1000000 were right`);
    const heard: Buffer[] = [];
    for await (const chunk of client) heard.push(Buffer.from(chunk));
    assert.equal(hashOf(heard), hashOf(PIECES));
    client.close();
  });
});

test('the end of a question is carried over, and the answer comes back', async () => {
  await simulate({ seeds: 20, profile: 'calm' }, async (world) => {
    const client = await through(world, async (connection) => {
      let bytes = 0;
      for await (const chunk of connection) bytes += chunk.length;
      await connection.write(`${bytes} bytes`); // only after the end
    });
    await client.write('a question');
    client.end();
    let answer = '';
    for await (const chunk of client) answer += chunk;
    assert.equal(answer, '10 bytes', 'the answer to a client that has ended its output');
    client.close();
  });
});

test('a reset stays a reset', async () => {
  await simulate({ seeds: 20, profile: 'calm' }, async (world) => {
    const client = await through(world, async (connection) => {
      await connection.write('half an ans');
      await world.sleep(1000);
      connection.abort();
    });
    const { name } = await client.closed;
    assert.equal(name, 'ConnectionLost', 'how the connection ends for the client');
  });
});
