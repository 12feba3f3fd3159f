import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Relay } from '../../../src/backends/deno/relay.ts';
import { streamPair } from '../../real/stream-pair.ts';

/** A record of TLS with a body of that length. */
function record(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, length);
  bytes.writeUInt8(23, 0);
  bytes.writeUInt16BE(0x0303, 1);
  bytes.writeUInt16BE(length, 3);
  return bytes;
}

/** The chunks that a relay passes on, and what else it tells. */
function heard(relay: Relay): (Buffer | 'end')[] {
  const chunks: (Buffer | 'end')[] = [];
  relay.on('data', (chunk) => chunks.push(chunk));
  relay.on('end', () => chunks.push('end'));
  return chunks;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
}

/** A relay of one end, and the other end. */
function relayed(): { relay: Relay; far: Duplex } {
  const [near, far] = streamPair({ highWaterMark: 1 });
  return { relay: new Relay(near, 'client'), far };
}

describe('the relay between a stream of Deno and TLS', () => {
  const RECORDS = [record(3), record(300), record(0), record(4000)];
  const ALL = Buffer.concat(RECORDS);

  for (const size of [ALL.length, 1, 4, 7, 306])
    test(`R14 passes on one record at a time, of chunks of ${size} bytes`, async () => {
      const { relay, far } = relayed();
      const chunks: Buffer[] = [];
      const ends = new Set<number>();
      let total = 0;
      relay.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        total += chunk.length;
        ends.add(total);
      });
      for (let at = 0; at < ALL.length; at += size) far.write(ALL.subarray(at, at + size));
      far.end();
      await once(relay, 'end');
      assert.ok(Buffer.concat(chunks).equals(ALL));
      let end = 0;
      for (const { length } of RECORDS) {
        end += length;
        assert.ok(ends.has(end), `no chunk ends with the record that ends at ${end}`);
      }
    });

  test('R14 stops in the middle of a chunk when it is held, and passes the rest and the end on later', async () => {
    const { relay, far } = relayed();
    const chunks = heard(relay);
    relay.once('data', () => relay.hold());
    far.write(ALL);
    far.end();
    await turns();
    assert.deepEqual(chunks, [RECORDS[0]]);
    relay.release();
    await turns();
    assert.deepEqual(chunks, [...RECORDS, 'end']);
  });

  test('tells that what TLS has written is with the kernel, not before', async () => {
    const { relay, far } = relayed();
    const told: string[] = [];
    relay.write('verse', () => told.push('written'));
    relay.flushed(() => told.push('flushed'));
    await turns();
    assert.deepEqual(told, []);
    far.resume();
    await turns();
    assert.deepEqual(told, ['written', 'flushed']);
  });

  test('tells it when what was written is lost, too', async () => {
    const { relay, far } = relayed();
    far.on('error', () => {});
    relay.write('verse', () => {});
    const flushed = new Promise<void>((resolve) => relay.flushed(resolve));
    relay.on('error', () => {}).destroy();
    await flushed;
  });

  for (const [how, outcome] of [
    ['ends its stream when TLS is over', 'end'],
    ['fails its stream when TLS breaks', 'ECONNRESET'],
  ] as const)
    test(how, async () => {
      const { relay, far } = relayed();
      const told = new Promise<string>((resolve) => {
        far.on('end', () => resolve('end')).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
      far.resume();
      relay.resume();
      if (outcome === 'end') relay.over();
      relay.destroy();
      assert.equal(await told, outcome);
    });

  for (const [role, when, outcome] of [
    ['server', 'before its answer', 'end'],
    ['server', 'in the handshake', 'ECONNRESET'],
    ['server', 'after the handshake', 'end'],
    ['client', 'in the handshake', 'end'],
  ] as const)
    test(`R37 a ${role} that destroys TLS ${when}: ${outcome}`, async () => {
      const server = createServer((socket: Socket) => {
        const relay = new Relay(socket, role);
        if (when !== 'before its answer') relay.write(record(3));
        if (when === 'after the handshake') relay.secured();
        relay.destroy();
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      const told = new Promise<string>((resolve) => {
        socket.on('end', () => resolve('end')).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
      assert.equal(await told, outcome);
      server.close();
    });
});
