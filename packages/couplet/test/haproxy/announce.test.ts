import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Filter } from '../../src/filters/filter.ts';
import { announce } from '../../src/haproxy/announce.ts';
import type { ProxyHeader } from '../../src/protocol/proxy-header.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { Visit } from '../policies/visit.ts';
import { PROXY } from './gate.ts';

const HEADER: ProxyHeader = { version: 1, command: 'PROXY', source: PROXY, destination: PROXY, tlvs: [] };
const LINE = 'PROXY TCP4 10.0.0.1 10.0.0.1 4000 4000\r\n';

/** A new wire, what it answers to the first writes, and the sink of who writes behind the header. */
function begin(...answers: boolean[]): { visit: Visit; wire: Filter; log: string[] } {
  const visit = new Visit(PROXY);
  visit.answers.push(...answers);
  const wire = announce(visit, HEADER);
  const log: string[] = [];
  const sink: Sink = {
    onData: (chunk) => void log.push(`data ${chunk}`),
    onEof: () => void log.push('eof'),
    onWritable: () => void log.push('writable'),
    onWriteFailed: () => void log.push('write failed'),
    onSecured: () => sink,
    onClosed: () => void log.push('closed'),
  };
  assert.ok(wire instanceof Filter);
  visit.sink = wire.attach(sink);
  return { visit, wire, log };
}

describe('announcing', () => {
  test('R38 writes the header first, and the wire is the same', () => {
    const visit = new Visit(PROXY);
    assert.equal(announce(visit, HEADER), visit);
    assert.equal(visit.output.toString(), LINE);
  });

  test('R38 what follows waits for a header that the wire holds', () => {
    const { visit, wire, log } = begin(false);
    assert.equal(wire.write(Buffer.from('one')), false);
    assert.equal(visit.output.length, 0);
    visit.drain();
    assert.deepEqual([visit.output.toString(), log], [`${LINE}one`, ['writable']]);
    assert.equal(wire.write(Buffer.from('two')), true);
    assert.deepEqual([visit.output.toString(), log], [`${LINE}onetwo`, ['writable']]);
  });

  test('R38 a chunk that waited may be held again, and is told of once', () => {
    const { visit, wire, log } = begin(false, false, false);
    wire.write(Buffer.from('one'));
    visit.drain();
    assert.deepEqual([visit.output.toString(), log], [LINE, []]);
    visit.drain();
    assert.deepEqual([visit.output.toString(), log], [`${LINE}one`, ['writable']]);
    assert.equal(wire.write(Buffer.from('two')), false);
    visit.drain();
    assert.deepEqual([visit.output.toString(), log], [`${LINE}onetwo`, ['writable', 'writable']]);
  });

  test('R38 nobody hears that the header is through who wrote nothing', () => {
    const { visit, log } = begin(false);
    visit.drain();
    assert.deepEqual(log, []);
  });

  test('R38 a FIN waits for the header', () => {
    const { visit, wire, log } = begin(false);
    wire.end();
    assert.deepEqual(visit.calls, []);
    visit.drain();
    assert.deepEqual([visit.output.toString(), visit.calls, log], [LINE, ['end'], []]);

    const late = begin(false);
    late.visit.drain();
    late.wire.end();
    assert.deepEqual(late.visit.calls, ['end']);
  });

  test('R38 a TLS handshake waits for the header', () => {
    const { visit, wire } = begin(false);
    wire.startTls({ role: 'client' }, 'poems.example', Buffer.alloc(0));
    assert.deepEqual(visit.calls, []);
    visit.drain();
    assert.deepEqual([visit.output.toString(), visit.calls], [LINE, ['startTls poems.example']]);

    const late = begin(false);
    late.visit.drain();
    late.wire.startTls({ role: 'client' }, 'poems.example', Buffer.alloc(0));
    assert.deepEqual(late.visit.calls, ['startTls poems.example']);
  });

  test('passes on what is received', () => {
    const { visit, log } = begin(false);
    visit.send('hello');
    visit.cut();
    assert.deepEqual(log, ['data hello', 'closed']);
  });
});
