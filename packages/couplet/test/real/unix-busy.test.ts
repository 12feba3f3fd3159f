import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { CannotListenError, Factory, Protocol, reactor } from 'couplet';
import { runtime } from 'couplet-test/runtime';
import { Child } from './child.ts';

/** Elsewhere a socket that takes no more connections refuses them like one that nobody holds. */
const ONLY_LINUX = { timeout: 30_000, skip: process.platform !== 'linux' };

test('R36 a socket whose process is too busy to accept is not stale', ONLY_LINUX, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-busy-'));
  const path = join(folder, 'echo.sock');
  const busy = new Child('unix-busy', [path]);
  const waiting: Socket[] = [];
  try {
    assert.equal(await busy.line(0), 'ready');
    const { ino } = lstatSync(path);
    busy.signal('SIGSTOP');
    let refused: unknown;
    while (refused === undefined) {
      const socket = connect({ path });
      waiting.push(socket);
      refused = await once(socket, 'connect').then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code,
      );
    }
    // Bun says so where the system says EAGAIN.
    assert.equal(refused, runtime === 'bun' ? 'ECONNREFUSED' : 'EAGAIN');
    await assert.rejects(reactor.listenUNIX(path, Factory.forProtocol(Protocol)), (error: Error) => {
      assert.ok(error instanceof CannotListenError, String(error));
      assert.match(error.message, /address already in use$/);
      return true;
    });
    assert.equal(lstatSync(path).ino, ino);
  } finally {
    for (const socket of waiting) socket.destroy();
    busy.signal('SIGKILL');
    await busy.ended;
    rmSync(folder, { recursive: true });
  }
});
