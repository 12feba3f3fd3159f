import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TlsInfo } from 'couplet';
import { Protocol, ServerTLS } from 'couplet';
import type { Cause } from 'couplet/testing';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import type { TlsContext } from '../../src/seam/tls.ts';
import { FakeBackend } from '../fake-backend.ts';
import { NotedWire } from '../line.ts';
import { call, typeError } from '../misuse/calling.ts';
import { originOf } from '../origin.ts';

const PEM = '-----BEGIN NOTHING-----';
const HANDSHAKE_MS = 100;
const INFO: TlsInfo = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpn: undefined,
  serverName: undefined,
  resumed: false,
  verified: false,
  peerCertificate: undefined,
};
const LOST: Cause = { kind: 'reset', code: '', detail: 'cut' };

/** A wire that keeps what TLS would read first. */
class TurnedWire extends NotedWire {
  readonly unread: string[] = [];
  override startTls(_context: TlsContext, _serverName: string, unread: Buffer): void {
    this.unread.push(String(unread));
  }
}

/** Holds bytes that it has not taken for anything yet, and notes why it ended. */
class Holder extends Protocol {
  reason: Error | undefined;
  override takeUnread(): Buffer {
    return Buffer.from('held');
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** A connection that turns to TLS. */
class Turn {
  readonly backend: FakeBackend = new FakeBackend();
  readonly wire: TurnedWire = new TurnedWire();
  readonly protocol: Holder = new Holder();
  readonly connection: StreamTransport;

  constructor() {
    const engine = new Engine(this.backend);
    this.connection = new StreamTransport(
      engine,
      this.wire,
      this.protocol,
      boundsOf({}),
      new Connections(engine, originOf(engine)),
    ).start();
    const tls = new ServerTLS({ cert: PEM, key: PEM, handshakeTimeoutMs: HANDSHAKE_MS });
    this.connection.startTLS(tls, Buffer.from('unread, '));
    this.backend.runDeferred();
  }
}

describe('a connection that turns to TLS', () => {
  test('R37 what is not TLS is refused, and the connection goes on', () => {
    const engine = new Engine(new FakeBackend());
    const home = new Connections(engine, originOf(engine));
    const connection = new StreamTransport(engine, new NotedWire(), new Holder(), boundsOf({}), home).start();
    for (const tls of [undefined, {}, { cert: PEM, key: PEM }])
      assert.throws(
        () => call(connection.startTLS, connection, tls),
        typeError(/^tls is .*, not a ServerTLS or a ClientTLS: write new ServerTLS\(\{ ... \}\)$/),
      );
    assert.equal(connection.disconnecting, false);
  });

  test('R37 TLS reads first what is unread, then what the protocol held', () => {
    assert.deepEqual(new Turn().wire.unread, ['unread, held']);
  });

  test('R37 the handshake begins once, whatever happens meanwhile', () => {
    const { connection, backend, wire } = new Turn();
    connection.write('for later');
    backend.runDeferred();
    connection.onWritable();
    assert.equal(wire.unread.length, 1);
    assert.equal(wire.writes, 0);
  });

  test('R37 its deadline is that of the handshake, and no longer there when that is done', () => {
    const { connection, backend, wire, protocol } = new Turn();
    assert.equal(backend.alarmAt, HANDSHAKE_MS);
    connection.onSecured(INFO);
    assert.equal(backend.alarmAt, undefined);
    backend.advance(HANDSHAKE_MS);
    assert.deepEqual([wire.calls.includes('abort'), protocol.reason], [false, undefined]);
  });

  for (const [how, end] of [
    ['is cut', (connection: StreamTransport) => connection.onClosed(LOST)],
    ['is aborted', (connection: StreamTransport) => connection.abortConnection()],
  ] as const) {
    test(`R37 nothing is left of the deadline when the connection ${how}`, () => {
      const { connection, backend } = new Turn();
      end(connection);
      assert.equal(backend.alarmAt, undefined);
    });
  }
});
