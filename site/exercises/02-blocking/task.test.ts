import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { describe, type TestContext, test } from 'node:test';

const { COUPLET_SOLUTION } = process.env;
const { download }: Pick<typeof import('./solution.ts'), 'download'> = await import(
  COUPLET_SOLUTION ? './solution.ts' : './task.ts'
);

/** How long a server waits for the others to be called, before it gives its client up. */
const PATIENCE_MS = 1000;

/** Opens three servers. Each says a word, and the rest of its poem only when all three have been called. */
async function poets(t: TestContext) {
  const clients: Socket[] = [];
  const missing: string[] = [];
  const ports: number[] = [];
  for (const number of [1, 2, 3]) {
    const server = createServer(async (socket) => {
      clients.push(socket);
      socket.write(`poem ${number} begins `);
      const patient = performance.now() + PATIENCE_MS;
      while (clients.length < 3 && performance.now() < patient) await new Promise((resolve) => setTimeout(resolve, 5));
      if (clients.length < 3)
        missing.push(`server ${number} had sent its first piece, and server ${number + 1} was not called`);
      socket.end(`and poem ${number} ends`);
    });
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    ports.push(address.port);
  }
  return { ports, missing };
}

describe('exercise 2: three tasks take turns', () => {
  test('all servers are called before the first poem has ended', async (t) => {
    const { ports, missing } = await poets(t);
    const told: number[] = [];
    const poems = await download(ports, (task) => told.push(task));
    assert.deepEqual(missing, [], `one after the other: ${missing[0]}`);
    assert.deepEqual(
      poems,
      [1, 2, 3].map((number) => `poem ${number} begins and poem ${number} ends`),
      'each poem is put together from its own pieces, in the order of the ports',
    );
    const order = told.join(' ');
    assert.ok(told.lastIndexOf(1) > told.indexOf(3), `the tasks take turns: told in the order ${order}`);
  });
});
