import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NativeBackend } from 'couplet/native';
import { kernel } from '../../src/backends/native/kernel.ts';
import { AF_INET, SOCK_STREAM } from '../../src/backends/native/linux.ts';

test('R19 a port whose socket another process has shut down says so, and rests', async () => {
  const found = kernel();
  assert.ok(typeof found !== 'string');
  const { calls } = found;
  const fd = calls.socket(AF_INET, SOCK_STREAM);
  const failures: string[] = [];
  const listener = await new NativeBackend().streams.listen(
    { kind: 'fd', fd, backlog: 4 },
    { onAccepted: () => null, onAcceptFailed: ({ code }) => failures.push(code) },
  );
  assert.ok(!('kind' in listener));
  // As another process would that has the same socket.
  const BOTH = 2;
  calls.shutdown(fd, BOTH);
  const before = process.cpuUsage();
  await delay(250);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 125_000, `${user + system} us of 250 ms were used`);
  assert.deepEqual(failures, ['EINVAL']);
  await listener.close();
});
