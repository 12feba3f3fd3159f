import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionDone, type ConnectionView, type Observer } from 'couplet';
import { accessLog, ConnectionLimitReached } from 'couplet/policies';
import { StringTransport } from 'couplet/testing';

/** A connection that has sent 5 bytes and received 1,024. */
const VIEW: ConnectionView = {
  id: 7,
  role: 'server',
  origin: 1,
  factory: 'EchoFactory',
  protocol: 'Echo',
  host: '127.0.0.1:8007',
  peer: '192.0.2.7:56324',
  since: 100,
  durationMs: 1234.5,
  state: 'gone',
  waiting: 'nothing',
  bytesIn: 1024,
  bytesOut: 5,
  reads: 2,
  writes: 1,
  queued: 0,
  maxQueued: 5,
};

/** A log of a reactor that does what the test says. */
function scene(): { lines: string[]; observer: Observer; stop(): void; observed(): number } {
  const observers: Observer[] = [];
  const lines: string[] = [];
  const reactor = {
    wallClock: () => Date.UTC(2026, 10, 30, 9, 0, 0, 123),
    observe: (one: Observer) => {
      observers.push(one);
      return () => void observers.splice(observers.indexOf(one), 1);
    },
  };
  const stop = accessLog(reactor, (line) => lines.push(line));
  const [observer] = observers;
  assert.ok(observer !== undefined);
  return { lines, observer, stop, observed: () => observers.length };
}

describe('an access log', () => {
  test('R45 has one line for a connection that is gone', () => {
    const { lines, observer } = scene();
    observer.connectionLost?.(new StringTransport(), new ConnectionDone(), VIEW);
    assert.deepEqual(lines, [
      '2026-11-30T09:00:00.123Z id=7 role=server host=127.0.0.1:8007 peer=192.0.2.7:56324 factory=EchoFactory protocol=Echo ' +
        'ms=1235 in=1024 out=5 reason=ConnectionDone',
    ]);
  });

  test('R45 has one line for a connection that is refused, and leaves out what is not known', () => {
    const { lines, observer } = scene();
    const { peer, protocol, ...view } = VIEW;
    const reason = new ConnectionLimitReached('there are 3 connections already');
    observer.connectionRefused?.(new StringTransport().getPeer(), reason, {
      ...view,
      state: 'arriving',
      bytesIn: 0,
      bytesOut: 0,
    });
    assert.deepEqual([peer, protocol], ['192.0.2.7:56324', 'Echo']);
    assert.deepEqual(lines, [
      '2026-11-30T09:00:00.123Z id=7 role=server host=127.0.0.1:8007 factory=EchoFactory ms=1235 in=0 out=0 refused=CONNECTION_LIMIT',
    ]);
  });

  test('has the version of TLS and what a proxy announced', () => {
    const { lines, observer } = scene();
    const proxy = { version: 2, command: 'PROXY', via: '10.0.0.1:40000', destination: '198.51.100.1:443' };
    observer.connectionLost?.(new StringTransport(), new ConnectionDone(), {
      ...VIEW,
      tls: { version: 'TLSv1.3' },
      proxy,
    });
    assert.match(lines[0] ?? '', / via=10\.0\.0\.1:40000 factory=EchoFactory protocol=Echo tls=TLSv1\.3 ms=/);
  });

  test('is one printable line whatever a peer chose, and what it chose can be read back', () => {
    const { lines, observer } = scene();
    const peer = '/run/a b\n2026 id=8 "x" \\ \u001b[31m\u202e\u200b';
    observer.connectionLost?.(new StringTransport(), new ConnectionDone(), { ...VIEW, peer });
    const [line = ''] = lines;
    assert.ok(!/[\p{Cc}\p{Cf}]/u.test(line), line);
    assert.match(line, / peer="\/run\/a b\\\\n2026 id=8 \\"x\\" \\\\ \\\\u001b\[31m\\\\u202e\\\\u200b" factory=/);
  });

  test('ends when told to', () => {
    const { stop, observed } = scene();
    stop();
    assert.equal(observed(), 0);
  });

  test('says what it cannot observe, and what cannot write', () => {
    assert.throws(() => accessLog({} as never, () => {}), {
      name: 'TypeError',
      message: 'reactor is an object, which cannot be observed',
    });
    assert.throws(() => accessLog({ observe: () => () => {}, wallClock: () => 0 }, 'stdout' as never), {
      name: 'TypeError',
      message: "write is the string 'stdout', not a function such as (line) => console.log(line)",
    });
  });
});
