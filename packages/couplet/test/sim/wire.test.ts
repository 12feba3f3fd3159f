import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SimWire } from '../../src/sim/wire.ts';
import { bytesOf, Rig } from './rig.ts';

describe('a simulated wire', () => {
  test('a chunk for which there is room is with the kernel at once', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    const bytes = bytesOf(1000);
    assert.equal(near.wire.write(bytes), true);
    bytes.fill(0);
    rig.pass(1);
    assert.deepEqual(far.received, bytesOf(1000));
    assert.deepEqual(rig.faults, []);
  });

  test('what neither end has room for stays with the wire, and onWritable comes once when it has gone', async () => {
    const rig = new Rig({ sendBufferBytes: 100, receiveBufferBytes: 50 });
    const { near, far } = await rig.pair();
    far.wire.pause();
    assert.equal(near.wire.write(bytesOf(151)), false);
    rig.pass(1000);
    assert.deepEqual([near.told, far.received.length], [[], 0]);
    far.wire.resume();
    rig.pass(1000);
    assert.deepEqual(near.told, ['writable']);
    assert.deepEqual(far.received, bytesOf(151));
    assert.equal(near.wire.write(bytesOf(10)), true);
  });

  test('bytes travel in pieces of at most a segment, in order, whatever the jitter', async () => {
    const rig = new Rig({ segmentBytes: 7, jitterMs: 50, wakeMs: 1 });
    const { near, far } = await rig.pair();
    for (let at = 0; at < 500; at += 50) near.wire.write(bytesOf(500).subarray(at, at + 50));
    rig.pass(10_000);
    assert.deepEqual(far.received, bytesOf(500));
  });

  test('each direction ends for itself; the connection with the second', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    near.wire.end();
    rig.pass(1);
    assert.deepEqual([near.told, far.told], [[], ['end']]);
    far.wire.write(bytesOf(10));
    far.wire.end();
    rig.pass(1);
    assert.equal(near.received.length, 10);
    assert.deepEqual(
      [near.told, far.told],
      [
        ['end', 'done'],
        ['end', 'done'],
      ],
    );
    assert.deepEqual([rig.client.descriptors, rig.server.descriptors], [0, 1]);
  });

  test('who closes with unread input resets the connection; without, it ends in order', async () => {
    const rig = new Rig();
    for (const [unread, told] of [
      [10, ['reset']],
      [0, ['end']],
    ] as const) {
      const { near, far } = await rig.pair();
      far.wire.pause();
      if (unread > 0) near.wire.write(bytesOf(unread));
      rig.pass(1);
      far.wire.close();
      rig.pass(1);
      assert.deepEqual([near.told, far.told], [[...told], ['done']]);
    }
  });

  test('what the kernel has when a wire is closed still goes out', async () => {
    const rig = new Rig({ receiveBufferBytes: 100 });
    const { near, far } = await rig.pair();
    near.wire.write(bytesOf(5000));
    near.wire.close();
    rig.pass(100);
    assert.deepEqual(far.received, bytesOf(5000));
    assert.deepEqual(far.told, ['end']);
  });

  test('data for a socket that is gone is answered with a reset', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    far.wire.close();
    rig.pass(1);
    assert.deepEqual(near.told, ['end']);
    near.wire.write(bytesOf(1));
    rig.pass(1);
    assert.deepEqual(near.told, ['end']);
    near.wire.write(bytesOf(1));
    rig.pass(1);
    assert.deepEqual(near.told, ['end', 'write failed', 'reset']);
  });

  test('a chunk for a connection that is reset already was not sent, though nobody has heard of the reset', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    near.wire.socket.cut();
    assert.equal(near.wire.write(bytesOf(1)), false);
    rig.pass(1);
    assert.deepEqual([near.told, far.received.length], [['reset'], 0]);
  });

  test('what had arrived is read first, and then the reset is heard of', async () => {
    const rig = new Rig({ latencyMs: 10 });
    const { near, far } = await rig.pair();
    near.wire.write(bytesOf(200_000));
    const onData = far.onData.bind(far);
    far.onData = (chunk) => {
      assert.deepEqual(far.told, []);
      onData(chunk);
    };
    rig.pass(9.9);
    near.wire.abort();
    rig.pass(10.2);
    assert.deepEqual([far.received.length, far.told, rig.server.descriptors], [200_000, ['reset'], 1]);
  });

  test('who reads nothing hears nothing of a reset, and gets what had arrived when it reads on', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    far.wire.pause();
    near.wire.write(bytesOf(1000));
    rig.pass(1);
    near.wire.abort();
    rig.pass(100_000);
    assert.deepEqual([far.received.length, far.told, rig.server.descriptors], [0, [], 2]);
    far.wire.resume();
    rig.pass(1);
    assert.deepEqual([far.received, far.told, rig.server.descriptors], [bytesOf(1000), ['reset'], 1]);
  });

  test('who reads nothing hears of a reset when nothing has arrived', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    far.wire.pause();
    near.wire.abort();
    rig.pass(1);
    assert.deepEqual(far.told, ['reset']);
  });

  test('who writes hears of a reset, reads on nevertheless, and hears of no end in order', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    far.wire.pause();
    near.wire.write(bytesOf(1000));
    near.wire.end();
    rig.pass(1);
    near.wire.abort();
    rig.pass(1);
    assert.equal(far.wire.write(bytesOf(1)), false);
    assert.deepEqual(far.told, [], 'never inside of the call');
    rig.pass(1);
    assert.deepEqual([far.received.length, far.told], [0, ['write failed']]);
    far.wire.resume();
    rig.pass(1);
    assert.deepEqual([far.received, far.told, far.detail], [bytesOf(1000), ['write failed', 'reset'], 'broken pipe']);
    assert.deepEqual(rig.faults, []);
  });

  test('a chunk that is held is refused when the connection is reset, while reading is paused, too', async () => {
    const rig = new Rig({ sendBufferBytes: 100, receiveBufferBytes: 100 });
    const { near, far } = await rig.pair();
    near.wire.pause();
    far.wire.pause();
    assert.equal(near.wire.write(bytesOf(1000)), false);
    far.wire.write(bytesOf(50));
    rig.pass(1);
    far.wire.abort();
    rig.pass(1);
    assert.deepEqual([near.told, near.received.length], [['write failed'], 0]);
    near.wire.close();
    rig.pass(1);
    assert.deepEqual([near.told, rig.client.descriptors], [['write failed', 'reset'], 0]);
  });

  test('behind the end of the peer nothing is heard of a reset, but by who writes', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    near.wire.end();
    rig.pass(1);
    near.wire.abort();
    rig.pass(100_000);
    assert.deepEqual(far.told, ['end']);
    far.wire.write(bytesOf(1));
    rig.pass(1);
    assert.deepEqual([far.told, far.detail], [['end', 'write failed', 'reset'], 'broken pipe']);
  });

  test('who ends its output, too, behind an end and a reset has ended in order', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    near.wire.end();
    rig.pass(1);
    near.wire.abort();
    rig.pass(1);
    far.wire.end();
    rig.pass(1);
    assert.deepEqual([far.told, rig.server.descriptors], [['end', 'done'], 1]);
  });

  test('an abort drops what was sent, and resets', async () => {
    const rig = new Rig({ receiveBufferBytes: 100 });
    const { near, far } = await rig.pair();
    far.wire.pause();
    near.wire.write(bytesOf(1000));
    near.wire.abort();
    rig.pass(1);
    assert.deepEqual([near.told, far.told, far.received.length], [['done'], [], 0]);
    far.wire.resume();
    rig.pass(1);
    assert.deepEqual([far.told, far.received.length], [['reset'], 100]);
  });

  test('a killed process: its kernel closes what it had', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    rig.server.kill();
    rig.pass(1);
    assert.deepEqual([near.told, far.told], [['end'], []]);
  });

  test('a host without power says nothing; data that was sent is given up after 924.6 s', async () => {
    const rig = new Rig();
    const { near } = await rig.pair();
    rig.server.kernel.up = false;
    rig.server.vanish();
    rig.pass(10_000_000);
    assert.deepEqual(near.told, []);
    near.wire.write(bytesOf(1));
    rig.pass(924_599);
    assert.deepEqual(near.told, []);
    rig.pass(2);
    assert.deepEqual(near.told, ['timeout']);
  });

  test('a host that has come back knows nothing of the connection, and resets it', async () => {
    const rig = new Rig();
    const { near } = await rig.pair();
    rig.server.kernel.up = false;
    rig.server.vanish();
    near.wire.write(bytesOf(1));
    rig.pass(10_000);
    rig.server.kernel.up = true;
    rig.pass(130_000);
    assert.deepEqual(near.told, ['reset']);
  });

  test('keepalive gives a silent peer up after nine more probes, and hears a reset from one that forgot', async () => {
    for (const [back, told, ms] of [
      [false, 'timeout', 1000 + 9 * 75_000],
      [true, 'reset', 1000],
    ] as const) {
      const rig = new Rig();
      const { near } = await rig.pair();
      near.wire.setKeepAlive(true, 1000);
      rig.server.kernel.up = back;
      rig.server.vanish();
      rig.pass(ms - 1);
      assert.deepEqual(near.told, []);
      rig.pass(2);
      assert.deepEqual(near.told, [told]);
    }
  });

  test('keepalive leaves a peer alone that is there', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    near.wire.setKeepAlive(true, 1000);
    rig.pass(10_000_000);
    assert.deepEqual([near.told, far.told], [[], []]);
  });

  test('bandwidth is shared: two connections take twice as long', async () => {
    const rig = new Rig({ bytesPerMs: 1, segmentBytes: 10 });
    const pairs = [await rig.pair(), await rig.pair()];
    for (const { near } of pairs) near.wire.write(bytesOf(1000));
    rig.pass(1900);
    assert.ok(pairs.some(({ far }) => far.received.length < 1000));
    rig.pass(101);
    for (const { far } of pairs) assert.equal(far.received.length, 1000);
  });

  test('what is sent into a partition arrives when it has healed, in order', async () => {
    const rig = new Rig({ segmentBytes: 10 });
    const { near, far } = await rig.pair();
    const route = rig.network.route(rig.client.kernel, rig.server.kernel);
    route.block();
    near.wire.write(bytesOf(500));
    near.wire.end();
    rig.pass(60_000);
    assert.deepEqual([far.received.length, far.told], [0, []]);
    route.unblock();
    rig.pass(1);
    assert.deepEqual(far.received, bytesOf(500));
    assert.deepEqual(far.told, ['end']);
  });

  test('bytes that change between the write and the sending are reported', async () => {
    const rig = new Rig({ sendBufferBytes: 100, receiveBufferBytes: 100 });
    const { near, far } = await rig.pair();
    far.wire.pause();
    const chunk = bytesOf(1000);
    near.wire.write(chunk);
    rig.pass(1);
    chunk.fill(0, 500, 501);
    far.wire.resume();
    rig.pass(1000);
    assert.match(rig.faults.join(), /bytes that were written changed before they were sent/);
  });

  test('a sink gets memory of its own, and bytes out of use are spoiled', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    const chunk = bytesOf(100);
    near.wire.write(chunk);
    rig.client.released(chunk);
    rig.pass(1);
    assert.deepEqual(chunk, Buffer.alloc(100, 0xdb));
    assert.deepEqual(far.received, bytesOf(100));
  });

  test('what the seam forbids is reported', async () => {
    const misuses: [RegExp, (rig: Rig) => Promise<void>][] = [
      [/a write of 0 bytes/, async (rig) => void (await rig.pair()).near.wire.write(Buffer.alloc(0))],
      [/a write of 262145 bytes/, async (rig) => void (await rig.pair()).near.wire.write(Buffer.alloc(262_145))],
      [
        /end twice/,
        async (rig) => {
          const { near } = await rig.pair();
          near.wire.end();
          near.wire.end();
        },
      ],
      [
        /a write after end/,
        async (rig) => {
          const { near } = await rig.pair();
          near.wire.end();
          near.wire.write(bytesOf(1));
        },
      ],
      [
        /a write while the wire holds a chunk/,
        async (rig) => {
          const { near } = await rig.pair();
          near.wire.write(bytesOf(1000));
          near.wire.write(bytesOf(1));
        },
      ],
      [
        /end while the wire holds a chunk/,
        async (rig) => {
          const { near } = await rig.pair();
          near.wire.write(bytesOf(1000));
          near.wire.end();
        },
      ],
    ];
    const failing = async (rig: Rig): Promise<SimWire> => {
      const { near, far } = await rig.pair();
      near.wire.pause();
      far.wire.write(bytesOf(1));
      rig.pass(1);
      far.wire.abort();
      rig.pass(1);
      near.wire.write(bytesOf(1));
      rig.pass(1);
      return near.wire;
    };
    misuses.push(
      [/a write after one that failed/, async (rig) => void (await failing(rig)).write(bytesOf(1))],
      [/end after a write that failed/, async (rig) => (await failing(rig)).end()],
    );
    for (const [complaint, misuse] of misuses) {
      const rig = new Rig({ sendBufferBytes: 100, receiveBufferBytes: 100 });
      await misuse(rig);
      assert.match(rig.faults.join(), complaint);
    }
  });
});
