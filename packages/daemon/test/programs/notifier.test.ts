import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Notifier } from '../../src/system/notifier.ts';

/** Prints each datagram as one line. What a datagram carries besides bytes is closed, which is what the program waits for. */
const RECEIVER = `
import os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('listening', flush=True)
while True:
    text, carried, flags, peer = socket.recv_fds(receiver, 4096, 4)
    for fd in carried: os.close(fd)
    print(text.decode().strip().replace('\\n', ' '), flush=True)
`;

describe('systemd-notify', { timeout: 20_000 }, () => {
  test('R-D17 brings the service manager what the notifier is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-notify-'));
    const socket = join(folder, 'notify');
    const receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      for (;;) {
        const { value = '' } = await lines.next();
        if (!value.startsWith('BARRIER=')) return value;
      }
    };
    try {
      assert.equal(await next(), 'listening');
      const warnings: string[] = [];
      const notifier = new Notifier({ clock: new Clock(), socket, warn: (line) => void warnings.push(line) });
      notifier.ready();
      assert.equal(await next(), 'READY=1');
      await notifier.idle();
      notifier.watchdog();
      assert.equal(await next(), 'WATCHDOG=1');
      notifier.status('2 workers, 5 connections');
      notifier.stopping();
      assert.equal(await next(), 'STATUS=2 workers, 5 connections STOPPING=1');
      await notifier.idle();
      assert.deepEqual(warnings, []);
    } finally {
      receiver.kill();
      rmSync(folder, { recursive: true });
    }
  });
});
