import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { programOf } from 'couplet-test/runtime';
import { receiver } from '../programs/receiver.ts';
import { Stage } from '../real/stage.ts';

test('R-D17 on Node 26 it tells the service manager its state without another program', {
  timeout: 60_000,
}, async (t) => {
  const stage = new Stage(t);
  const socket = join(stage.folder, 'notify');
  const manager = await receiver(t, socket);
  const daemon = stage.run(['--workers', '1'], {
    // The first word of the command is the runtime.
    launcher: ['/bin/sh', '-c', 'shift; exec "$0" "$@"', programOf('node')],
    environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000', PATH: stage.folder },
  });
  await manager.line(/READY=1/);
  await manager.line(/WATCHDOG=1/, 2);
  assert.equal((await daemon.ask('reload', '--wait', '--force')).status, 0);
  await manager.line(/RELOADING=1 MONOTONIC_USEC=\d+/);
  await manager.line(/READY=1/, 2);
  daemon.signal('SIGTERM');
  await manager.line(/STOPPING=1/);
  assert.equal((await daemon.ended).status, 0);
  assert.deepEqual(daemon.all('notify.failed'), []);
});
