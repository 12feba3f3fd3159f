import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IPv4Address } from 'couplet';
import { formatTraffic, limitConnections, logTraffic, type TrafficEntry } from 'couplet/policies';
import fc from 'fast-check';
import { hasControls } from '../controls.ts';
import { Recorders } from './recorder.ts';
import { House } from './visit.ts';

const PEER = new IPv4Address('192.0.2.1', 4321);

describe('logTraffic', () => {
  test('tells what passes, in order, with the time and whose it is', () => {
    const entries: TrafficEntry[] = [];
    const recorders = new Recorders();
    const house = new House(logTraffic(recorders, (entry) => entries.push(entry)));
    const visit = house.accept();
    house.pass(5);
    visit.send('ping');
    recorders.last.transport.write('pong');
    visit.sink?.onEof();
    house.backend.runDeferred();
    visit.settle();
    assert.deepEqual(entries.map(formatTraffic), [
      '#1 192.0.2.1:4321 opened',
      '#1 192.0.2.1:4321 received 4 bytes: ping',
      '#1 192.0.2.1:4321 readEnded',
      '#1 192.0.2.1:4321 sent 4 bytes: pong',
      '#1 192.0.2.1:4321 closed: closed in order',
    ]);
    assert.deepEqual([entries[0]?.time, entries[1]?.time], [1000, 1005]);
    house.accept();
    assert.equal(entries.at(-1)?.connection, 2);
  });

  test('tells of connections that a policy further in refuses', () => {
    const events: string[] = [];
    const limited = limitConnections(new Recorders(), { max: 1 });
    const house = new House(logTraffic(limited, ({ event }) => events.push(event)));
    house.accept();
    house.accept();
    assert.deepEqual(events, ['opened', 'opened', 'closed']);
  });

  test('R8 a log that throws is reported, and hurts no connection', () => {
    const recorders = new Recorders();
    const house = new House(
      logTraffic(recorders, () => {
        throw new Error('the disk is full');
      }),
    );
    const visit = house.accept();
    visit.send('ping');
    assert.equal(recorders.last.received, 'ping');
    assert.deepEqual(
      house.reports.map(({ who, where, error }) => `${who}: ${where}: ${error}`),
      Array(2).fill('logTraffic at 192.0.2.1:4321: log: Error: the disk is full'),
    );
    assert.equal(recorders.last.reason, undefined);
  });

  test('R8 so is a log whose promise rejects', async () => {
    const house = new House(
      logTraffic(new Recorders(), async () => {
        throw new Error('the disk is full');
      }),
    );
    house.accept();
    await Promise.resolve();
    assert.deepEqual(
      house.reports.map(({ who, where, error }) => `${who}: ${where}: ${error}`),
      ['logTraffic at 192.0.2.1:4321: log: Error: the disk is full'],
    );
  });
});

describe('formatTraffic', () => {
  const received = (bytes: Uint8Array): string =>
    formatTraffic({ event: 'received', bytes, connection: 3, peer: PEER, time: 0 });

  test('shows bytes as text, with control characters escaped', () => {
    assert.equal(
      received(Buffer.from('hé\r\n\u001b[2J')),
      '#3 192.0.2.1:4321 received 9 bytes: hé\\u000d\\n\\u001b[2J',
    );
    assert.equal(received(Buffer.from('\\n\u202e\ufeff')), '#3 192.0.2.1:4321 received 8 bytes: \\\\n\\u202e\\ufeff');
    assert.equal(received(Buffer.from('x')), '#3 192.0.2.1:4321 received 1 byte: x');
  });

  test('shows the first 256 bytes', () => {
    const line = received(Buffer.alloc(1000, 'x'));
    assert.equal(line, `#3 192.0.2.1:4321 received 1000 bytes: ${'x'.repeat(256)}...`);
  });

  test('is one line for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !hasControls(received(bytes))));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !hasControls(received(Buffer.from(text)))));
  });
});
