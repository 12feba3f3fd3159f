import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UNIXAddress } from 'couplet';
import { limitPerPeer } from 'couplet/policies';
import { addressOf } from '../../src/address/address.ts';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import { encodeProxyHeader } from '../../src/haproxy/encode.ts';
import { ProxyReader } from '../../src/haproxy/filter.ts';
import type { Factory } from '../../src/protocol/factory.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { originOf } from '../origin.ts';
import { Recorders } from '../policies/recorder.ts';
import { Visit } from '../policies/visit.ts';
import { Gate, OPTIONS, PROXY } from './gate.ts';
import { version2 } from './headers.ts';

const SOURCE = { family: 'IPv4', host: '192.0.2.7', port: 56_324 } as const;
const DESTINATION = { family: 'IPv4', host: '198.51.100.1', port: 443 } as const;
const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n';
const LOCAL = encodeProxyHeader({ version: 2, command: 'LOCAL', source: undefined, destination: undefined, tlvs: [] });

describe('a wire behind a PROXY header', () => {
  test('R38 has the announced names, and passes everything on', () => {
    const gate = new Gate();
    gate.visit.send(LINE.slice(0, 20));
    assert.deepEqual(gate.log, []);
    gate.visit.send(LINE.slice(20));
    assert.deepEqual([gate.wire.peer, gate.wire.local], [SOURCE, DESTINATION]);
    gate.visit.send('one');
    gate.visit.sink?.onWritable();
    gate.visit.sink?.onEof();
    gate.visit.cut();
    assert.deepEqual(gate.log, ['accepted', 'data one', 'writable', 'eof', 'closed']);
    assert.equal(gate.header?.version, 1);
  });

  test('R38 has its own names when none are announced', () => {
    for (const header of [
      LOCAL,
      version2(0x21, 0x00, Buffer.alloc(12, 1)),
      version2(0x21, 0x12, Buffer.alloc(12, 1)),
    ]) {
      const gate = new Gate();
      gate.visit.send(header);
      assert.deepEqual([gate.wire.peer, gate.wire.local], [PROXY, gate.visit.local]);
    }
  });

  test('R38 passes on first what came with the header', () => {
    const gate = new Gate();
    gate.visit.send(`${LINE}${LINE}and more`);
    gate.visit.send('next');
    assert.deepEqual(gate.log, ['accepted', `data ${LINE}and more`, 'data next']);
  });

  test('R38 the deadline is over once the header is whole', () => {
    const gate = new Gate();
    gate.clock.advance(4999);
    gate.visit.send(LINE);
    assert.deepEqual(gate.clock.getDelayedCalls(), []);
    gate.clock.advance(10_000);
    assert.deepEqual([gate.log, gate.calls], [['accepted'], []]);
  });

  test('is closed when nobody wants it', () => {
    const gate = new Gate();
    gate.willing = false;
    gate.visit.send(`${LINE}unheard`);
    assert.deepEqual(gate.calls, ['close']);
    gate.visit.settle();
    assert.deepEqual(gate.log, ['accepted']);
  });
});

describe('what is unread', () => {
  test('waits while the sink has paused, and comes later than resume, before what the wire has', () => {
    const gate = new Gate();
    gate.acts = (wire) => wire.pause();
    gate.visit.send(`${LINE}unread`);
    assert.deepEqual(gate.log, ['accepted']);
    gate.wire.resume();
    assert.deepEqual([gate.log, gate.calls], [['accepted'], ['pause']]);
    gate.clock.advance(0);
    assert.deepEqual(
      [gate.log, gate.calls],
      [
        ['accepted', 'data unread'],
        ['pause', 'resume'],
      ],
    );
    gate.wire.pause();
    gate.wire.resume();
    assert.deepEqual(gate.calls, ['pause', 'resume', 'pause', 'resume']);
  });

  test('comes once, whether pause and resume were called while it was accepted or after', () => {
    const gate = new Gate();
    gate.acts = (wire) => {
      wire.pause();
      wire.resume();
    };
    gate.visit.send(`${LINE}unread`);
    gate.clock.advance(0);
    assert.deepEqual([gate.log, gate.calls.at(-1)], [['accepted', 'data unread'], 'resume']);

    const other = new Gate();
    other.acts = (wire) => wire.pause();
    other.visit.send(`${LINE}unread`);
    for (const call of ['resume', 'resume', 'pause', 'resume', 'pause'] as const) other.wire[call]();
    other.clock.advance(1);
    assert.deepEqual([other.log, other.calls.at(-1)], [['accepted'], 'pause']);
    other.wire.resume();
    other.clock.advance(0);
    assert.deepEqual([other.log, other.calls.at(-1)], [['accepted', 'data unread'], 'resume']);
  });

  test('leaves the wire paused when the sink pauses over it', () => {
    const gate = new Gate();
    gate.acts = (wire) => wire.pause();
    gate.hears = (wire) => wire.pause();
    gate.visit.send(`${LINE}unread`);
    gate.wire.resume();
    gate.clock.advance(0);
    assert.deepEqual([gate.log, gate.visit.paused], [['accepted', 'data unread'], true]);
  });

  for (const way of ['close', 'abort'] as const) {
    test(`is for nobody after ${way}`, () => {
      const gate = new Gate();
      gate.acts = (wire) => wire[way]();
      gate.visit.send(`${LINE}unread`);
      gate.visit.settle();
      assert.deepEqual([gate.log, gate.calls], [['accepted', 'closed'], [way]]);

      const other = new Gate();
      other.acts = (wire) => wire.pause();
      other.visit.send(`${LINE}unread`);
      other.wire.resume();
      other.wire[way]();
      other.clock.advance(1);
      assert.deepEqual([other.log, other.calls], [['accepted'], ['pause', way]]);
    });
  }

  test('is for nobody when the wire is gone', () => {
    const gate = new Gate();
    gate.acts = (wire) => wire.pause();
    gate.visit.send(`${LINE}unread`);
    gate.wire.resume();
    gate.visit.cut();
    gate.clock.advance(1);
    assert.deepEqual(gate.log, ['accepted', 'closed']);
  });

  test('is for the handshake when there is one, behind what its side gives up: the sink does not get it', () => {
    const gate = new Gate();
    gate.acts = (wire) => wire.startTls({ role: 'server' }, '', Buffer.from('given up, '));
    gate.visit.send(`${LINE}unread`);
    assert.deepEqual(gate.log, ['accepted']);
    assert.deepEqual(gate.calls, ['startTls given up, unread']);
  });
});

describe('a wire without a PROXY header that counts', () => {
  /** What is done to a wire, and what is told of it once it is gone. */
  const ENDS: Record<string, readonly [happens: (gate: Gate) => void, why: string]> = {
    'a malformed one': [
      (gate) => gate.visit.send('GET / HTTP/1.0\r\n\r\n'),
      'it begins like neither version 1 nor version 2',
    ],
    'one that is late': [
      (gate) => {
        gate.visit.send(LINE.slice(0, -1));
        gate.clock.advance(4999);
        assert.deepEqual(gate.calls, []);
        gate.clock.advance(1);
      },
      'it is not whole after 5000 ms',
    ],
    'one that is cut short': [
      (gate) => {
        gate.visit.send(LINE.slice(0, -1));
        gate.visit.sink?.onEof();
      },
      'the peer closed before it was whole',
    ],
  };
  for (const [name, [happens, why]] of Object.entries(ENDS)) {
    test(`R38 ${name}: the wire is closed, nothing more is heeded, and the reason told once`, () => {
      const gate = new Gate();
      happens(gate);
      assert.deepEqual([gate.log, gate.calls], [[`refused: ${why}`], ['close']]);
      gate.visit.send(LINE);
      gate.visit.sink?.onEof();
      gate.clock.advance(10_000);
      gate.visit.settle();
      assert.deepEqual([gate.log, gate.calls], [[`refused: ${why}`], ['close']]);
      assert.deepEqual(gate.clock.getDelayedCalls(), []);
    });
  }

  test('R38 one that this side closes: nothing more is heeded, and nothing told', () => {
    const gate = new Gate();
    gate.wire.close();
    gate.visit.send(LINE);
    gate.clock.advance(10_000);
    gate.visit.settle();
    assert.deepEqual([gate.log, gate.calls], [[], ['close']]);
    assert.deepEqual(gate.clock.getDelayedCalls(), []);
  });

  test('R38 a reset before it: the reason is told', () => {
    const gate = new Gate();
    gate.visit.cut();
    assert.deepEqual(gate.log, ['refused: the connection ended before it was whole']);
    assert.deepEqual(gate.clock.getDelayedCalls(), []);
  });

  test('R38 an untrusted peer: nothing is read', () => {
    const gate = new Gate({ family: 'IPv4', host: '203.0.113.5', port: 9 });
    assert.equal(gate.visit.sink, null);
    assert.deepEqual(gate.log, ['refused: 203.0.113.5:9 is not trusted to send one']);
    assert.deepEqual(gate.clock.getDelayedCalls(), []);
  });
});

describe('a connection behind a PROXY header', () => {
  /** A wire that a proxy opened to a factory, as a port takes it. */
  function open(engine: Engine, factory: Factory): Visit {
    const visit = new Visit(PROXY);
    const terms = { bounds: boundsOf({}), header: new ProxyReader(OPTIONS) };
    const admission = new Admission(engine, factory, terms, originOf(engine), {
      building: () => {},
      seated: (connection) => void connection.start(),
      refused: () => {},
      lost: () => {},
    });
    visit.sink = admission.begin(visit).sink;
    return visit;
  }

  for (const policies of ['no policy', 'a policy']) {
    test(`R38 connectionMade runs after the header, with the announced peer, under ${policies}`, () => {
      const made: string[] = [];
      const recorders = new Recorders();
      const factory = policies === 'a policy' ? limitPerPeer(recorders, { max: 1 }) : recorders;
      const engine = new Engine(new FakeBackend());
      const via: unknown[] = [];
      engine.observe({
        connectionMade: (transport, _protocol, view) => {
          made.push(transport.getPeer().authority);
          const { via: proxy } = view.proxy ?? {};
          via.push(proxy, view.peer);
        },
      });
      const visit = open(engine, factory);
      visit.send(LINE.slice(0, -2));
      assert.deepEqual([made, recorders.made.length], [[], 0]);
      visit.send('\r\nhello');
      visit.send(', you');
      assert.deepEqual([made, recorders.last.received], [['192.0.2.7:56324'], 'hello, you']);
      assert.equal(recorders.last.transport.getHost().authority, '198.51.100.1:443');
      assert.deepEqual(via, [addressOf(PROXY).authority, '192.0.2.7:56324']);
      visit.cut();
      assert.equal(recorders.last.reason?.name, 'ConnectionLost');
      assert.equal(engine.live.empty, true);
    });
  }

  test('R38 a path that is announced may be anything, and who is reported is one line', () => {
    const path = '/run/a\nb\u001b[31mFAKE';
    const reports: string[] = [];
    const engine = new Engine(new FakeBackend());
    engine.observe({ error: ({ who }) => void reports.push(who) });
    const recorders = new Recorders();
    const visit = open(engine, recorders);
    const name = { family: 'UNIX', path } as const;
    visit.send(encodeProxyHeader({ version: 2, command: 'PROXY', source: name, destination: name, tlvs: [] }));
    const { transport } = recorders.last;
    assert.deepEqual(transport.getPeer(), new UNIXAddress(path));
    transport.failConnection(new Error('no'));
    assert.deepEqual(reports, ['Recorder at /run/a\\nb\\u001b[31mFAKE']);
  });

  test('R38 a policy counts the announced peer, not the proxy', () => {
    const recorders = new Recorders();
    const engine = new Engine(new FakeBackend());
    const factory = limitPerPeer(recorders, { max: 1 });
    const [one, same, other] = [open(engine, factory), open(engine, factory), open(engine, factory)];
    one.send(LINE);
    same.send(LINE);
    other.send(LINE.replace('192.0.2.7', '192.0.2.8'));
    assert.deepEqual([one.calls, same.calls, other.calls], [[], ['close'], []]);
    assert.equal(recorders.made.length, 2);
  });
});
