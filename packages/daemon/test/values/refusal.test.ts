import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CannotListenError } from 'couplet';
import { ServiceError } from '../../src/application/service-error.ts';
import { refusal, refusedStatus } from '../../src/values/refusal.ts';

const coded = (code: string): Error => Object.assign(new Error(`bind ${code} 0.0.0.0:80`), { code });

describe('R-D15 what the system refuses', () => {
  for (const [code, words, status] of [
    ['EADDRINUSE', 'the address is in use', 69],
    ['EACCES', 'permission denied', 77],
    ['EMFILE', 'this process has as many open files as it may have (see ulimit -n, LimitNOFILE=)', 71],
    ['EWHATEVER', 'bind EWHATEVER 0.0.0.0:80', 71],
  ] as const)
    test(`R-D15 ${code} is one line and ${status}`, () => {
      const { message, cause } = refusal('cannot listen on tcp:80', coded(code));
      assert.equal(message, `cannot listen on tcp:80: ${words}`);
      assert.ok(cause instanceof Error);
      assert.equal(refusal('cannot listen', coded(code)).status, status);
    });

  test('R-D15 the code may be that of the cause, and what is not an error is told in one line', () => {
    const wrapped = new CannotListenError('0.0.0.0', 80, 'permission denied', { cause: coded('EACCES') });
    assert.deepEqual([refusal('x', wrapped).status, refusal('x', wrapped).message], [77, 'x: permission denied']);
    assert.equal(refusal('x', 'two\nlines').message, 'x: two lines');
    assert.equal(refusal('x', Object.assign(new Error('odd'), { code: 'constructor' })).message, 'x: odd');
  });

  test('R-D15 the status of a service that could not start is that of what it was refused', () => {
    const wrapped = new CannotListenError('0.0.0.0', 80, 'permission denied', { cause: coded('EACCES') });
    assert.equal(refusedStatus(new ServiceError('echo', wrapped)), 77);
    assert.equal(refusedStatus(new ServiceError('echo', new Error('no luck'))), undefined);
    const own = new Error('its own cause');
    own.cause = own;
    assert.equal(refusedStatus(own), undefined);
  });
});
