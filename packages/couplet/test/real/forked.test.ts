import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { extname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { flags } from 'couplet-test/runtime';

describe('a process with an IPC channel', { timeout: 15_000 }, () => {
  const children: ChildProcess[] = [];

  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  /** A child that has run, and told everything. */
  async function runToEnd(...args: readonly string[]): Promise<{ child: ChildProcess; exit: Promise<unknown[]> }> {
    const program = join(import.meta.dirname, 'fixtures', `forked${extname(import.meta.filename)}`);
    const child = fork(program, args, { execArgv: [...flags] });
    children.push(child);
    const exit = once(child, 'exit');
    const told: unknown[] = [];
    for await (const [message] of on(child, 'message')) {
      told.push(message);
      if (message === 'running') child.send('stop');
      if (message === 'ended') break;
    }
    assert.deepEqual(told, ['running', 'x'.repeat(4_000_000), 'ended']);
    return { child, exit };
  }

  test('R25 ends by itself after run({ releaseIPC: true }), and what it sent last arrives', async () => {
    const { exit } = await runToEnd('release');
    assert.deepEqual(await exit, [0, null]);
  });

  test('R25 keeps the channel for itself otherwise, and ends when that is closed', async () => {
    const { child, exit } = await runToEnd();
    child.send('still there?');
    assert.deepEqual(await once(child, 'message'), ['heard still there?', undefined]);
    child.disconnect();
    assert.deepEqual(await exit, [0, null]);
  });
});
