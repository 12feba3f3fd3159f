import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ALERT, HANDSHAKE, recordsOf } from '../../src/sim/tls-record.ts';
import { bytesOf } from './rig.ts';
import { clientSettings, NAME, serverSettings, TlsRig } from './tls-rig.ts';

const NOTHING = Buffer.alloc(0);

describe('TLS on the simulated network', () => {
  test('a handshake takes its round trips, and what follows arrives in order', async () => {
    const rig = new TlsRig(serverSettings(), clientSettings(), { latencyMs: 10 });
    const { near, far } = await rig.shake();
    rig.pass(15);
    assert.deepEqual([near.told, far.told], [[], []]);
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['secured'], []]);
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['secured'], ['secured']]);
    assert.equal(near.wire.write(bytesOf(100_000)), true);
    far.wire.write(bytesOf(5));
    rig.pass(30);
    assert.deepEqual([far.received, near.received], [bytesOf(100_000), bytesOf(5)]);
    assert.deepEqual(rig.faults, []);
  });

  test('what goes over the network are records: a byte in has 22 around it', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.secure();
    const lines: string[] = [];
    rig.trace.listener = (line) => lines.push(line);
    near.wire.write(bytesOf(1));
    near.wire.write(bytesOf(16_385));
    rig.pass(10);
    assert.equal(far.received.length, 16_386);
    const sizes = lines.flatMap((line) => / writes (\d+)/.exec(line)?.[1] ?? []).map(Number);
    assert.deepEqual(sizes, [23, 16_385 + 2 * 22]);
  });

  test('a chunk for which there is no room is held, and onWritable comes once, when the kernel has it', async () => {
    const rig = new TlsRig(serverSettings(), clientSettings(), { sendBufferBytes: 1000, receiveBufferBytes: 500 });
    const { near, far } = await rig.secure();
    far.wire.pause();
    const bytes = bytesOf(256 * 1024);
    assert.equal(near.wire.write(bytes), false);
    // The wire has a copy.
    assert.equal(near.wire.copies, true);
    bytes.fill(0);
    rig.pass(1000);
    assert.deepEqual([near.told, far.received.length], [['secured'], 0]);
    far.wire.resume();
    rig.pass(1000);
    assert.deepEqual(near.told, ['secured', 'writable']);
    assert.deepEqual(far.received, bytesOf(256 * 1024));
    assert.deepEqual(rig.faults, []);
  });

  test('a pause stops at the record that is being passed on', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.secure();
    const onData = far.onData.bind(far);
    far.onData = (chunk) => {
      onData(chunk);
      far.wire.pause();
    };
    near.wire.write(bytesOf(40_000));
    near.wire.end();
    for (const [received, told] of [
      [16_384, []],
      [32_768, []],
      [40_000, []],
      [40_000, ['end']],
    ] as const) {
      rig.pass(100);
      assert.deepEqual([far.received.length, far.told.slice(1)], [received, [...told]]);
      far.wire.resume();
    }
    assert.deepEqual(far.received, bytesOf(40_000));
  });

  test('a pause before or in the handshake does not stop it, and holds back what comes behind it', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.pair();
    far.wire.pause();
    far.wire.startTls(rig.serving, '', NOTHING);
    near.wire.startTls(rig.calling, NAME, NOTHING);
    near.wire.pause();
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['secured'], ['secured']]);
    near.wire.write(bytesOf(3));
    near.wire.end();
    rig.pass(10);
    assert.deepEqual([far.received.length, far.told], [0, ['secured']]);
    far.wire.resume();
    rig.pass(10);
    assert.deepEqual([far.received.length, far.told], [3, ['secured', 'end']]);
  });

  test('what was read already is read first by TLS', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.pair();
    near.wire.startTls(rig.calling, NAME, NOTHING);
    rig.pass(10);
    assert.ok(far.received.length > 0);
    far.wire.startTls(rig.serving, '', far.received);
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['secured'], ['secured']]);
  });

  test('bytes of any sizes arrive whole over any segments and buffers', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 3000 }), fc.integer(), async (parts, unit, seed) => {
        const conditions = { segmentBytes: unit, sendBufferBytes: 2 * unit, receiveBufferBytes: unit, wakeMs: 1 };
        const rig = new TlsRig(serverSettings(), clientSettings(), conditions, String(seed));
        const { near, far } = await rig.secure();
        const whole = bytesOf(parts.reduce((sum, part) => sum + part, 0));
        let at = 0;
        for (const part of parts) {
          const { length } = near.told;
          const taken = near.wire.write(whole.subarray(at, at + part));
          at += part;
          while (!taken && near.told.length === length) assert.ok(rig.schedule.step());
        }
        near.wire.end();
        while (!far.told.includes('end')) assert.ok(rig.schedule.step());
        assert.deepEqual([far.received.equals(whole), far.told, rig.faults], [true, ['secured', 'end'], []]);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the end of TLS on the simulated network', () => {
  test('close_notify ends one direction; the other goes on, and ends the connection in order', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.secure();
    near.wire.end();
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['secured'], ['secured', 'end']]);
    far.wire.write(bytesOf(100));
    far.wire.end();
    rig.pass(10);
    assert.equal(near.received.length, 100);
    assert.deepEqual(
      [near.told, far.told],
      [
        ['secured', 'end', 'done'],
        ['secured', 'end', 'done'],
      ],
    );
    assert.deepEqual([rig.client.descriptors, rig.server.descriptors], [0, 1]);
  });

  test('a close says close_notify, too, after what the kernel had no room for', async () => {
    const rig = new TlsRig(serverSettings(), clientSettings(), { receiveBufferBytes: 100, sendBufferBytes: 100 });
    const { near, far } = await rig.secure();
    far.wire.write(bytesOf(150));
    far.wire.close();
    rig.pass(100);
    assert.deepEqual([near.received.length, near.told, far.told], [150, ['secured', 'end'], ['secured', 'done']]);
  });

  test('a close waits a second for a peer that reads nothing, and no longer', async () => {
    const rig = new TlsRig(serverSettings(), clientSettings(), { receiveBufferBytes: 100, sendBufferBytes: 100 });
    const { near, far } = await rig.secure();
    near.wire.pause();
    far.wire.write(bytesOf(1000));
    far.wire.close();
    rig.pass(900);
    assert.deepEqual(far.told, ['secured']);
    rig.pass(200);
    assert.deepEqual(far.told, ['secured', 'done']);
  });

  for (const [what, act] of [
    ['a process that is killed', (rig: TlsRig) => rig.server.kill()],
    ['a FIN without close_notify', ({ accepted: [far] }: TlsRig) => far?.wire.socket.end()],
  ] as const) {
    test(`R3 ${what} cuts TLS short: that is no end in order`, async () => {
      const rig = new TlsRig();
      const { near, far } = await rig.secure();
      far.wire.write(bytesOf(10));
      act(rig);
      rig.pass(10);
      assert.deepEqual([near.received.length, near.told], [10, ['secured', 'reset']]);
      assert.match(near.detail, /^TLS cut short: /);
    });
  }

  test('an abort and a cut are resets, during the handshake and after it', async () => {
    for (const begin of ['shake', 'secure'] as const) {
      const rig = new TlsRig();
      const { near, far } = await rig[begin]();
      const before = [...far.told];
      near.wire.abort();
      rig.pass(10);
      assert.deepEqual(
        [near.told, far.told],
        [
          [...before, 'done'],
          [...before, 'reset'],
        ],
      );
      const other = await rig[begin]();
      other.near.wire.socket.cut();
      rig.pass(10);
      assert.deepEqual([other.near.told.at(-1), other.far.told.at(-1)], ['reset', 'reset']);
    }
  });

  test('what had arrived before a reset is passed on first, also when a write has failed', async () => {
    for (const writes of [false, true]) {
      const rig = new TlsRig();
      const { near, far } = await rig.secure();
      far.wire.pause();
      near.wire.write(bytesOf(100_000));
      near.wire.end();
      rig.pass(1);
      near.wire.socket.cut();
      rig.pass(1000);
      assert.deepEqual([far.received.length, far.told], [0, ['secured']]);
      if (writes) far.wire.write(bytesOf(1));
      rig.pass(1);
      far.wire.resume();
      rig.pass(1);
      assert.deepEqual(far.received, bytesOf(100_000));
      // The peer has said close_notify, but to a side that had heard already that its own words are lost.
      assert.deepEqual(far.told, writes ? ['secured', 'write failed', 'reset'] : ['secured', 'end']);
      assert.deepEqual(rig.faults, []);
    }
  });

  test('a record that waits for a process which takes no more comes before a reset', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.secure();
    const onData = far.onData.bind(far);
    far.onData = (chunk) => {
      onData(chunk);
      far.wire.pause();
    };
    near.wire.write(bytesOf(20));
    near.wire.write(bytesOf(40).subarray(20));
    rig.pass(1);
    near.wire.socket.cut();
    rig.pass(1000);
    assert.deepEqual([far.received.length, far.told], [20, ['secured']]);
    far.wire.resume();
    rig.pass(1);
    assert.deepEqual([far.received, far.told], [bytesOf(40), ['secured', 'reset']]);
  });

  test('a close during the handshake fails it for the peer', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.shake();
    near.wire.close();
    rig.pass(10);
    assert.deepEqual([near.told, far.told], [['done'], ['reset']]);
    assert.equal(far.detail, 'the peer ended the connection during the handshake');
  });
});

describe('what is no TLS', () => {
  const hello = recordsOf(HANDSHAKE, Buffer.from([1, 0, 0, 0]), undefined);
  for (const [what, bytes, detail] of [
    ['plaintext', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /does not speak TLS/],
    ['a record that is too long', Buffer.from([22, 3, 3, 255, 255, 0]), /a record of 65535 bytes/],
    ['a hello that is cut short', recordsOf(HANDSHAKE, Buffer.from([1, 0, 0, 1, 7]), undefined), /cut short/],
    ['a hello without anything in it', hello, /the client speaks undefined/],
    [
      'a message that is not due',
      recordsOf(HANDSHAKE, Buffer.from([20, 0, 0, 0]), undefined),
      /type 20 that is not due/,
    ],
    ['a message that is too long', recordsOf(HANDSHAKE, Buffer.from([1, 255, 0, 0]), undefined), /of 16711680 bytes/],
    ['an alert', recordsOf(ALERT, Buffer.from([2, 40]), undefined), /gave up TLS: alert 40/],
    ['an alert of one byte', recordsOf(ALERT, Buffer.from([2]), undefined), /an alert of 1 bytes/],
    ['data before the handshake', recordsOf(23, Buffer.from('psst'), undefined), /type 23 that is not due/],
  ] as const) {
    test(`${what} in place of a hello fails the handshake`, async () => {
      const rig = new TlsRig();
      const { near, far } = await rig.pair();
      far.wire.startTls(rig.serving, '', NOTHING);
      near.wire.write(bytes);
      rig.pass(10);
      assert.deepEqual([far.told, far.received.length], [['tls'], 0]);
      assert.match(far.detail, detail);
      assert.ok(near.told.length === 1, 'the peer hears of the end');
    });
  }

  test('bytes that get between two records break TLS on both sides', async () => {
    const rig = new TlsRig();
    const { near, far } = await rig.secure();
    near.wire.socket.write(Buffer.concat([Buffer.from([23, 3, 3, 0, 17]), Buffer.alloc(17)]));
    rig.pass(10);
    assert.deepEqual(
      [near.told, far.told],
      [
        ['secured', 'tls'],
        ['secured', 'tls'],
      ],
    );
    assert.deepEqual(
      [near.detail, far.detail],
      ['the peer gave up TLS: bad_record_mac', 'a record that the peer did not send'],
    );
  });

  test('whatever a client sends first, the server closes with a cause of its own', async () => {
    const rig = new TlsRig();
    const records = fc.uint8Array({ maxLength: 60 }).map((body) => recordsOf(HANDSHAKE, body, undefined));
    const garbage = fc.oneof(
      fc.uint8Array({ minLength: 5, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      records.filter(({ length }) => length > 0),
    );
    await fc.assert(
      fc.asyncProperty(garbage, async (bytes) => {
        const { near, far } = await rig.pair();
        far.wire.startTls(rig.serving, '', NOTHING);
        near.wire.write(bytes);
        near.wire.end();
        rig.pass(10);
        assert.ok(far.told.join() === 'tls' || far.told.join() === 'reset', far.told.join());
        assert.equal(rig.server.descriptors, 1);
        near.wire.abort();
        rig.pass(10);
      }),
      { numRuns: 100 },
    );
    assert.deepEqual(rig.faults, []);
  });

  test('what the seam forbids is reported', async () => {
    const rig = new TlsRig();
    const { near } = await rig.shake();
    near.wire.write(bytesOf(1));
    near.wire.end();
    near.wire.startTls(rig.calling, NAME, NOTHING);
    assert.deepEqual(
      rig.faults.map((fault) => fault.replace(/^client c\d+: /, '')),
      [
        'a write in the handshake',
        'end while the wire holds a chunk',
        'end in the handshake',
        'startTls twice',
        'startTls while the wire holds a chunk',
        'startTls after end',
      ],
    );
    const { wire } = (await rig.pair()).near;
    assert.throws(() => wire.startTls({ role: 'client' }, NAME, NOTHING), /the TLS context belongs to another backend/);
  });
});
