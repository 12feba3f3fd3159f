import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { Ear } from 'couplet-conformance';
import { runtime } from 'couplet-test/runtime';
import { SocketWire } from '../../../src/backends/node/socket-wire.ts';
import { contextOf } from '../../../src/backends/tls/context.ts';

const SETTINGS = {
  role: 'client',
  identity: undefined,
  ca: undefined,
  verify: true,
  alpn: [],
  minVersion: 'TLSv1.2',
} as const;

/** The two ends of a connection. */
async function pair(highWaterMark: number): Promise<{ socket: Socket; peer: Socket }> {
  const server = createServer({ allowHalfOpen: true, highWaterMark });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const accepted = once(server, 'connection');
  const peer = connect({ port: address.port, host: '127.0.0.1' });
  const [socket]: Socket[] = await accepted;
  server.close();
  assert.ok(socket !== undefined);
  return { socket, peer };
}

/** A wire that is paused, and whose peer has ended; with `ended` so has this side, and the stream is closed. */
async function withHeldEnd(ended: boolean): Promise<{ wire: SocketWire; ear: Ear; peer: Socket }> {
  const { socket, peer } = await pair(1);
  const wire = new SocketWire(socket, undefined, true);
  const ear = new Ear(wire);
  wire.attach(ear);
  wire.pause();
  const held = once(socket, ended ? 'close' : 'end');
  peer
    .on('error', () => {})
    .resume()
    .end();
  if (ended) wire.end();
  await held;
  assert.deepEqual(ear.log, []);
  return { wire, ear, peer };
}

/** Deno goes on reading for a while, and then there is nothing to be held. */
const NOT_ON_DENO = { skip: runtime === 'deno' && 'what Deno does there is in the conformance suite' };

describe('a wire whose peer ended while it was paused', NOT_ON_DENO, () => {
  test('R14 tells both ends when it goes on', async () => {
    const { wire, ear } = await withHeldEnd(true);
    wire.resume();
    await ear.hears('closed');
    assert.deepEqual([ear.log, ear.cause?.kind], [['eof', 'closed'], 'done']);
  });

  test('R14 tells nothing when it goes on and pauses in the same turn', async () => {
    const { wire, ear } = await withHeldEnd(true);
    wire.resume();
    wire.pause();
    await new Promise(setImmediate);
    assert.deepEqual(ear.log, []);
    wire.resume();
    await ear.hears('closed');
    assert.deepEqual(ear.log, ['eof', 'closed']);
  });

  for (const way of ['close', 'abort'] as const) {
    test(`R3 is closed once by ${way}, later, whether it was already or not`, async () => {
      for (const ended of [false, true]) {
        const { wire, ear } = await withHeldEnd(ended);
        wire[way]();
        wire[way]();
        assert.deepEqual(ear.log, []);
        await ear.hears('closed');
        await new Promise(setImmediate);
        assert.deepEqual([ear.log, ear.cause?.kind], [['closed'], 'done']);
      }
    });
  }

  test('R37 cannot turn to TLS: the peer has cut the handshake short', { timeout: 5000 }, async () => {
    for (const ended of [false, true]) {
      const { wire, ear } = await withHeldEnd(ended);
      wire.startTls(contextOf(SETTINGS), 'localhost', Buffer.alloc(0));
      await ear.hears('closed');
      assert.deepEqual(
        [ear.log, ear.cause?.detail],
        [['closed'], 'the peer ended the connection during the handshake'],
      );
    }
  });
});

describe('a wire that holds data', NOT_ON_DENO, () => {
  for (const way of ['close', 'abort'] as const) {
    for (const calls of [['resume', way], ['resume', 'pause', way], [way]] as const) {
      test(`R14 tells only that it is closed after ${calls.join(', ')}`, async () => {
        const { socket, peer } = await pair(65_536);
        const wire = new SocketWire(socket, undefined, true);
        const ear = new Ear(wire);
        wire.attach(ear);
        wire.pause();
        peer.on('error', () => {}).write('hello');
        while (socket.readableLength < 5) await new Promise(setImmediate);
        for (const call of calls) wire[call]();
        await ear.hears('closed');
        assert.deepEqual(ear.log, ['closed']);
        peer.destroy();
      });
    }
  }
});
