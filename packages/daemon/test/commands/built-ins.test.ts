import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, reactor } from 'couplet';
import { builtInFactory } from '../../src/application/built-in.ts';
import type { BuiltIn } from '../../src/ipc/messages.ts';

const LOOPBACK = { interface: '127.0.0.1' };

/** What a client of the service receives after it sent some bytes and the end; at most about `most` bytes. */
async function received(service: BuiltIn, sent: string | Uint8Array = '', most = 1000): Promise<Buffer> {
  const port = await reactor.listenTCP(0, builtInFactory(service, reactor), LOOPBACK);
  try {
    const client = await open(`tcp:127.0.0.1:${port.getHost().port}`);
    await client.write(sent);
    client.end();
    const chunks: Buffer[] = [];
    for await (const chunk of client) {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= most) break;
    }
    client.abort();
    return Buffer.concat(chunks);
  } finally {
    await port.stopListening();
  }
}

describe('each built-in service serves', { timeout: 15_000 }, () => {
  test('echo', async () => assert.equal(String(await received({ name: 'echo' }, 'hello')), 'hello'));
  test('discard', async () => assert.equal(String(await received({ name: 'discard' }, 'hello')), ''));
  test('qotd', async () =>
    assert.equal(String(await received({ name: 'qotd', quotes: ['Festina lente.'] })), 'Festina lente.\r\n'));
  test('daytime', async () => assert.match(String(await received({ name: 'daytime' })), /UTC\r\n$/));
  test('time', async () => assert.equal((await received({ name: 'time' })).length, 4));
  test('chargen', async () => assert.match(String(await received({ name: 'chargen' })), /^ !"#/));

  test('socks, which allows nothing by itself', async () => {
    const request = Buffer.from([4, 1, 0, 80, 127, 0, 0, 1, 0]);
    assert.deepEqual([...(await received({ name: 'socks', allow: [] }, request))].slice(0, 2), [0, 91]);
  });

  test('forward', async () => {
    const far = await reactor.listenTCP(0, builtInFactory({ name: 'echo' }, reactor), LOOPBACK);
    const to = `tcp:127.0.0.1:${far.getHost().port}`;
    assert.equal(String(await received({ name: 'forward', to }, 'hello')), 'hello');
    await far.stopListening();
  });
});
