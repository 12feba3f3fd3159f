import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { environmentOfChildren, serviceManagerOf } from '../../src/system/environment.ts';

const TOLD = {
  NOTIFY_SOCKET: '/run/systemd/notify',
  WATCHDOG_USEC: '90000000',
  WATCHDOG_PID: '42',
  RUNTIME_DIRECTORY: '/run/poetry:/run/other',
};

describe('what the service manager tells', () => {
  test('is read by the process that it is meant for', () => {
    const notifySocket = '/run/systemd/notify';
    assert.deepEqual(serviceManagerOf(TOLD, 42), { notifySocket, watchdogMs: 90_000 });
    assert.deepEqual(serviceManagerOf(TOLD, 43), { notifySocket });
    assert.deepEqual(serviceManagerOf({ WATCHDOG_USEC: '500' }, 43), { watchdogMs: 0.5 });
    for (const usec of ['', '0', '-1', 'x', 'Infinity'])
      assert.deepEqual(serviceManagerOf({ WATCHDOG_USEC: usec, NOTIFY_SOCKET: '' }, 1), {});
  });

  test('is not passed to children', () => {
    const listen = { LISTEN_FDS: '1', LISTEN_PID: '42', LISTEN_FDNAMES: 'web' };
    assert.deepEqual(environmentOfChildren({ ...TOLD, ...listen, PATH: '/bin', LISTENER: 'x' }), {
      PATH: '/bin',
      LISTENER: 'x',
    });
  });
});
