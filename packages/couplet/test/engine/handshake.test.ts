import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TlsInfo } from 'couplet';
import { Factory, Protocol, ServerTLS, TimeoutError } from 'couplet';
import type { Cause } from 'couplet/testing';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import { reasonOf } from '../../src/engine/reason.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import type { Callbacks } from '../../src/protocol/protocol.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { FakeBackend } from '../fake-backend.ts';
import { NotedWire } from '../line.ts';
import { originOf } from '../origin.ts';

const PEM = '-----BEGIN NOTHING-----';
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
  /** Why it was refused. */
  reason: Error | undefined;
  readonly sink: Sink;

  /** `protocol` is who gets what follows; null for nobody. */
  constructor(protocol: Protocol | null = null) {
    const tls = new ServerTLS({ cert: PEM, key: PEM, handshakeTimeoutMs: 100 });
    const factory = new Factory();
    factory.buildProtocol = () => protocol;
    const admission = new Admission<Callbacks>(
      this.engine,
      factory,
      { bounds: boundsOf({}), tls },
      originOf(this.engine, factory),
      {
        building: () => void this.told.push('secured'),
        seated: (connection) => void connection.start(),
        refused: (reason) => {
          this.reason = reason;
          this.told.push(`${reason.name} ${reason.message}`);
        },
        lost: () => {},
      },
    );
    const { sink } = admission.begin(this.wire);
    assert.ok(sink !== null);
    this.sink = sink;
  }

  /** Whether nothing is left of it: neither a timer nor something to be ended. */
  get over(): boolean {
    return this.backend.alarmAt === undefined && this.engine.live.empty;
  }
}

/** What is told of a handshake whose wire closes for this cause. */
function failureOf(cause: Cause): Error | undefined {
  const meeting = new Meeting();
  meeting.sink.onClosed(cause);
  return meeting.reason;
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

describe('a handshake', () => {
  test('R37 is over once it is done: its deadline does not cut the connection', () => {
    const protocol = new Protocol();
    const meeting = new Meeting(protocol);
    assert.equal(meeting.over, false);
    const connection = meeting.sink.onSecured(INFO);
    assert.ok(Object.is(connection, protocol.transport));
    assert.equal(meeting.backend.alarmAt, undefined);
    meeting.backend.advance(1000);
    assert.deepEqual([meeting.told, meeting.wire.calls], [['secured'], []]);
    connection.onClosed(CLOSED);
    assert.equal(meeting.over, true);
  });

  test('R37 that nobody wants closes the wire, and has not failed', () => {
    const meeting = new Meeting(null);
    assert.equal(meeting.sink.onSecured(INFO), meeting.sink);
    assert.deepEqual(meeting.wire.calls, ['close']);
    assert.equal(meeting.engine.live.empty, false);
    meeting.sink.onClosed(CLOSED);
    assert.deepEqual([meeting.told, meeting.over], [['secured', 'NoProtocolBuilt buildProtocol returned null'], true]);
  });

  for (const [how, end, why] of [
    [
      'whose wire closes',
      ({ sink }: Meeting) => sink.onClosed(CLOSED),
      'TLSError the TLS handshake failed: the connection was closed',
    ],
    [
      'that takes too long',
      ({ backend }: Meeting) => backend.advance(100),
      'TimeoutError no TLS handshake within 0.1 s',
    ],
    [
      'that the reactor ends',
      ({ engine }: Meeting) => void engine.live.end(0, 'the reactor stopped'),
      'PortStopped the reactor stops',
    ],
  ] as const) {
    test(`R37 ${how} fails once, and leaves nothing`, () => {
      const meeting = new Meeting(new Protocol());
      end(meeting);
      const closes = how === 'whose wire closes';
      assert.deepEqual([meeting.told, meeting.wire.calls], [[why], closes ? [] : ['abort']]);
      if (!closes) meeting.sink.onClosed(CLOSED);
      assert.deepEqual([meeting.told, meeting.over], [[why], true]);
    });
  }
});
