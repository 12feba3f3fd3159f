import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOf, causeOfAttempt } from '../../src/backends/node/cause.ts';

/** What the runtime says when a call of the system fails. */
function errorOf(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code} ::1:80 - Local (:::0)`), { code, syscall });
}

describe('R20 what the failure of an attempt means', () => {
  for (const code of ['EADDRNOTAVAIL', 'EAFNOSUPPORT']) {
    test(`${code} of connect(2), with no local address asked for: no way to the host`, () => {
      assert.equal(causeOfAttempt(causeOf(errorOf(code, 'connect')), false).kind, 'unreachable');
    });

    test(`${code} of bind(2): the local address that was asked for cannot be used`, () => {
      assert.equal(causeOfAttempt(causeOf(errorOf(code, 'bind')), true).kind, 'bind');
    });
  }

  test('EADDRNOTAVAIL of connect(2) after bind(2): both ends together are in use', () => {
    assert.equal(causeOfAttempt(causeOf(errorOf('EADDRNOTAVAIL', 'connect')), true).kind, 'bind');
  });

  test('the others mean what they mean elsewhere', () => {
    for (const [code, kind] of [
      ['ECONNREFUSED', 'refused'],
      ['ENETUNREACH', 'unreachable'],
      ['ETIMEDOUT', 'timeout'],
      ['EMFILE', 'other'],
    ])
      assert.equal(causeOfAttempt(causeOf(errorOf(`${code}`, 'connect')), false).kind, kind);
  });
});
