import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TlsInfo } from 'couplet';
import { ServerTLS, TimeoutError } from 'couplet';
import type { Cause } from 'couplet/testing';
import { Engine } from '../../src/engine/engine.ts';
import { Handshake } from '../../src/engine/handshake.ts';
import { reasonOf } from '../../src/engine/reason.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { NotedWire } from '../line.ts';

const PEM = '-----BEGIN NOTHING-----';

/** What is told of a handshake whose wire closes for this cause. */
function failureOf(cause: Cause): Error | undefined {
  const tls = new ServerTLS({ cert: PEM, key: PEM });
  let failure: Error | undefined;
  const onFailed = (reason: Error): void => {
    failure = reason;
  };
  const outcome = { onReady: () => null, onFailed };
  new Handshake(new Engine(new FakeBackend()), new FakeWire(), tls, '', Buffer.alloc(0), outcome).onClosed(cause);
  return failure;
}

describe('a handshake that fails', () => {
  test('R37 is told in one line, whatever the certificate of the peer says', () => {
    const cause: Cause = { kind: 'tls', code: '', detail: "not cert's CN: me\r\n\u001b[31mall is well" };
    const line = "not cert's CN: me\\u000d\\n\\u001b[31mall is well";
    assert.equal(failureOf(cause)?.message, `the TLS handshake failed: ${line}`);
    assert.equal(reasonOf(cause, 'open', undefined).message, line);
  });

  test('R43 at the deadline of a policy is told as a TimeoutError', () => {
    const failure = failureOf({ kind: 'expired', code: '', detail: 'nothing moved for 3 s' });
    assert.ok(failure instanceof TimeoutError, String(failure));
    assert.equal(failure.message, 'nothing moved for 3 s');
  });
});

const INFO: TlsInfo = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpn: undefined,
  serverName: undefined,
  resumed: false,
  verified: true,
  peerCertificate: undefined,
};
const CLOSED: Cause = { kind: 'done', code: '', detail: 'closed' };

/** A handshake of which the test decides what comes. */
class Meeting {
  readonly backend: FakeBackend = new FakeBackend();
  readonly engine: Engine = new Engine(this.backend);
  readonly wire: NotedWire = new NotedWire();
  readonly told: string[] = [];
  readonly handshake: Handshake;

  /** `sink` is who gets what follows; null for nobody. */
  constructor(sink: Sink | null) {
    const tls = new ServerTLS({ cert: PEM, key: PEM, handshakeTimeoutMs: 100 });
    this.handshake = new Handshake(this.engine, this.wire, tls, '', Buffer.alloc(0), {
      onReady: () => {
        this.told.push('secured');
        return sink;
      },
      onFailed: ({ name, message }) => void this.told.push(`${name} ${message}`),
    });
  }

  /** Whether nothing is left of it: neither a timer nor something to be ended. */
  get over(): boolean {
    return this.backend.alarmAt === undefined && this.engine.live.empty;
  }
}

describe('a handshake', () => {
  const nobody: Sink = {
    onData() {},
    onEof() {},
    onWritable() {},
    onWriteFailed() {},
    onClosed() {},
    onSecured: () => nobody,
  };

  test('R37 is over once it is done: its deadline does not cut the connection', () => {
    const meeting = new Meeting(nobody);
    assert.equal(meeting.over, false);
    assert.equal(meeting.handshake.onSecured(INFO), nobody);
    assert.equal(meeting.over, true);
    meeting.backend.advance(1000);
    assert.deepEqual([meeting.told, meeting.wire.calls], [['secured'], []]);
  });

  test('R37 that nobody wants closes the wire, and has not failed', () => {
    const meeting = new Meeting(null);
    assert.equal(meeting.handshake.onSecured(INFO), meeting.handshake);
    assert.deepEqual(meeting.wire.calls, ['close']);
    assert.equal(meeting.engine.live.empty, false);
    meeting.handshake.onClosed(CLOSED);
    assert.deepEqual([meeting.told, meeting.over], [['secured'], true]);
  });

  for (const [how, end, why] of [
    ['whose wire closes', () => {}, 'TLSError the TLS handshake failed: the connection was closed'],
    [
      'that takes too long',
      ({ backend }: Meeting) => backend.advance(100),
      'TimeoutError no TLS handshake within 0.1 s',
    ],
    [
      'that the reactor ends',
      ({ handshake }: Meeting) => handshake.quit(),
      'TLSError the TLS handshake failed: the connection was closed',
    ],
  ] as const) {
    test(`R37 ${how} fails once, and leaves nothing`, () => {
      const meeting = new Meeting(nobody);
      end(meeting);
      assert.deepEqual(meeting.wire.calls, how === 'whose wire closes' ? [] : ['abort']);
      meeting.handshake.onClosed(CLOSED);
      assert.deepEqual([meeting.told, meeting.over], [[why], true]);
    });
  }
});
