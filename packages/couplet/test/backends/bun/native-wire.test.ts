import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TCP_ENDS } from '../../../src/backends/bun/ends.ts';
import { connectTo } from '../../../src/backends/bun/native-dial.ts';
import { NativeWire } from '../../../src/backends/bun/native-wire.ts';
import { NodeTlsClient } from '../../../src/backends/tls/context.ts';
import type { Sink } from '../../../src/seam/wire.ts';
import { FakeBun, FakeSocket } from './fake-socket.ts';

const CLIENT = new NodeTlsClient({
  role: 'client',
  identity: undefined,
  ca: undefined,
  verify: false,
  alpn: [],
  minVersion: 'TLSv1.2',
});

/** A wire on a socket that does as the test says, and what its sink is told. */
function scene(): { socket: FakeSocket; wire: NativeWire; told: string[] } {
  const told: string[] = [];
  const sink: Sink = {
    onData: (chunk) => void told.push(`data ${chunk}`),
    onEof: () => void told.push('end'),
    onWritable: () => void told.push('writable'),
    onWriteFailed: ({ code }) => void told.push(`failed ${code}`),
    onSecured: () => {
      told.push('secured');
      return sink;
    },
    onClosed: ({ kind }) => void told.push(`closed ${kind}`),
  };
  const socket = new FakeSocket();
  const wire = new NativeWire(socket, TCP_ENDS);
  socket.data = wire;
  wire.attach(sink);
  return { socket, wire, told };
}

const bytes = (text: string): Buffer => Buffer.from(text);

describe('a wire of Bun', () => {
  test('R10 what the kernel does not take is sent when there is room, once, however often Bun says so', () => {
    const { socket, wire, told } = scene();
    socket.answers.push(2, 0, 1);
    assert.equal(wire.write(bytes('verse')), false);
    assert.equal(wire.unsent, 3);
    for (let drains = 0; drains < 5; drains += 1) wire.onDrain();
    assert.deepEqual(socket.calls, ['write verse', 'write rse', 'write rse', 'write se']);
    assert.deepEqual(told, ['writable']);
  });

  test('R10 a drain that nobody waits for is told to nobody', () => {
    const { wire, told } = scene();
    assert.equal(wire.write(bytes('verse')), true);
    wire.onDrain();
    assert.deepEqual(told, []);
  });

  for (const [when, answers] of [
    ['at once', [-1]],
    ['when it would send the rest', [2, -1]],
  ] as const)
    test(`R14 a write that Bun refuses ${when} is told once, after the call`, async () => {
      const { socket, wire, told } = scene();
      socket.answers.push(...answers);
      wire.pause();
      assert.equal(wire.write(bytes('verse')), false);
      wire.onDrain();
      assert.deepEqual(told, []);
      await turn();
      assert.deepEqual(told, ['failed EPIPE']);
      assert.equal(wire.write(bytes('verse')), false);
      // Only a socket that reads tells that it is closed.
      assert.equal(socket.calls.at(-1), 'resume');
      wire.onClose(undefined);
      await turn();
      assert.deepEqual(told, ['failed EPIPE', 'closed reset']);
    });

  for (const way of ['close', 'abort'] as const)
    test(`R3 Bun calls back inside ${way}, and the sink is told after it, once`, async () => {
      const { wire, told } = scene();
      wire[way]();
      wire.onChunk(bytes('verse'));
      assert.deepEqual(told, []);
      await turn();
      await turn();
      assert.deepEqual(told, ['closed done']);
    });

  test('R7 after the FIN of this side a close is the end of the peer, and then the close', async () => {
    const { wire, told } = scene();
    wire.end();
    wire.onChunk(bytes('verse'));
    wire.onClose(undefined);
    await turn();
    assert.deepEqual(told, ['data verse', 'end', 'closed done']);
  });

  test('R14 what Bun has read in a pause comes when reading goes on, before the reset', async () => {
    const { wire, told } = scene();
    wire.pause();
    wire.onChunk(bytes('one'));
    wire.onChunk(bytes('two'));
    wire.onClose(Object.assign(new Error('reset'), { code: 'ECONNRESET', errno: -104 }));
    await turn();
    assert.deepEqual(told, []);
    wire.resume();
    await turn();
    await turn();
    assert.deepEqual(told, ['data one', 'data two', 'closed reset']);
  });

  test('R37 a paused socket is read for the handshake, and paused behind it', () => {
    const { socket, wire, told } = scene();
    wire.pause();
    wire.startTls(CLIENT, 'localhost', bytes('unread'));
    assert.deepEqual(socket.calls, ['pause', 'resume', 'upgrade unread']);
    wire.onHandshake(true, null);
    assert.deepEqual(told, ['secured']);
    assert.deepEqual(socket.secured?.calls, ['pause']);
  });

  test('R37 the socket under TLS tells nobody of its ciphertext', () => {
    const { socket, wire, told } = scene();
    wire.startTls(CLIENT, 'localhost', bytes(''));
    socket.data.onChunk(bytes('ciphertext'));
    assert.deepEqual(told, []);
  });

  test('R37 close_notify goes out before the socket is closed', () => {
    const { socket, wire } = scene();
    wire.startTls(CLIENT, 'localhost', bytes(''));
    wire.onHandshake(true, null);
    wire.close();
    assert.deepEqual(socket.secured?.calls, ['shutdown', 'close']);
  });
});

describe('an attempt of Bun to connect', () => {
  const place = { kind: 'tcp', host: '127.0.0.1', port: 1, localHost: undefined, localPort: undefined } as const;

  test('R20 a socket that is connected after the attempt was cancelled is cut, and told to nobody', () => {
    const bun = new FakeBun();
    const attempt = { onReady: () => assert.fail('ready'), onFailed: () => assert.fail('failed') };
    const dial = connectTo(bun, place, attempt);
    dial.cancel();
    const socket = new FakeSocket();
    bun.data.onOpen(socket);
    assert.deepEqual(socket.calls, ['terminate']);
  });

  test('R20 a failure that is on its way when the attempt is cancelled is told to nobody', async () => {
    const bun = new FakeBun();
    const attempt = { onReady: () => assert.fail('ready'), onFailed: () => assert.fail('failed') };
    const dial = connectTo(bun, place, attempt);
    bun.fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED', errno: -111 }));
    await Promise.resolve();
    dial.cancel();
    await turn();
    await turn();
  });
});
