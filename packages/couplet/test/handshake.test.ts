import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerTLS, TimeoutError } from 'couplet';
import type { Cause } from 'couplet/testing';
import { Engine } from '../src/engine/engine.ts';
import { Handshake } from '../src/engine/handshake.ts';
import { reasonOf } from '../src/engine/reason.ts';
import { FakeBackend } from './fake-backend.ts';
import { FakeWire } from './fake-wire.ts';

const PEM = '-----BEGIN NOTHING-----';

/** What is told of a handshake whose wire closes for this cause. */
function failureOf(cause: Cause): Error | undefined {
  const tls = new ServerTLS({ cert: PEM, key: PEM });
  let failure: Error | undefined;
  const onFailed = (reason: Error): void => {
    failure = reason;
  };
  const outcome = { onSecured: () => null, onFailed };
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
