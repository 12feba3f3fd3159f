import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Opens a server that hands its clients over until the test is over, and returns its port. */
export async function serve(t: TestContext, client: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, client);
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}
