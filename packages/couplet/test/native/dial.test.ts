import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NativeBackend } from 'couplet/native';
import { NodeBackend } from '../../src/backends/node/node.ts';
import type { Cause } from '../../src/seam/cause.ts';

const backend = new NativeBackend();

describe('a dial', () => {
  test('R20 that is given up is not told of, and leaves no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const told: string[] = [];
    const place = {
      kind: 'tcp',
      host: '127.0.0.1',
      port: address.port,
      localHost: undefined,
      localPort: undefined,
    } as const;
    backend.streams
      .connect(place, { onReady: () => assert.fail('it is ready'), onFailed: () => told.push('failed') })
      .cancel();
    await delay(50);
    assert.deepEqual(told, []);
    assert.equal(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), 0);
    server.close();
  });

  for (const [host, localHost] of [
    ['::1', '127.0.0.5'],
    ['127.0.0.1', '::1'],
    ['127.0.0.1', '192.0.2.1'],
  ] as const)
    test(`R20 to ${host} that cannot be bound to ${localHost} says so, as Node its own does`, async () => {
      const place = { kind: 'tcp', host, port: 1, localHost, localPort: undefined } as const;
      for (const { streams } of [backend, new NodeBackend()]) {
        const { kind } = await new Promise<Cause>((resolve) => {
          streams.connect(place, { onReady: () => assert.fail('it is ready'), onFailed: resolve });
        });
        assert.equal(kind, 'bind');
      }
    });
});
