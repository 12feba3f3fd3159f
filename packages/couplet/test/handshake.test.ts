import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerTLS } from 'couplet';
import { Engine } from '../src/engine/engine.ts';
import { Handshake } from '../src/engine/handshake.ts';
import { reasonOf } from '../src/engine/reason.ts';
import { FakeBackend } from './fake-backend.ts';
import { FakeWire } from './fake-wire.ts';

const PEM = '-----BEGIN NOTHING-----';
/** What the runtime says of a certificate that a peer made up. */
const FORGED = { kind: 'tls', code: '', detail: "not cert's CN: me\r\n\u001b[31mall is well" } as const;

describe('a handshake that fails', () => {
  test('R37 is told in one line, whatever the certificate of the peer says', () => {
    const told: string[] = [];
    const handshake = new Handshake(
      new Engine(new FakeBackend()),
      new FakeWire(),
      new ServerTLS({ cert: PEM, key: PEM }),
      '',
      Buffer.alloc(0),
      { onSecured: () => null, onFailed: ({ message }) => told.push(message) },
    );
    handshake.onClosed(FORGED);
    told.push(reasonOf(FORGED, 'open', undefined).message);
    const line = "not cert's CN: me\\u000d\\n\\u001b[31mall is well";
    assert.deepEqual(told, [`the TLS handshake failed: ${line}`, line]);
  });
});
