import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Crowd } from './client.ts';
import type { Line } from './daemon.ts';
import { Stage } from './stage.ts';

describe('the log of a daemon', { timeout: 240_000 }, () => {
  test('at SIGUSR2 has the status in a line with each key once', async (t) => {
    const stage = new Stage(t);
    const file = join(stage.folder, 'log');
    const daemon = stage.run(['--log-file', 'log']);
    const watcher = watch(stage.folder);
    await told(watcher, () => (linesOf(file, 'daemon.ready').length === 1 ? true : undefined));
    daemon.signal('SIGUSR2');
    const line = await told(watcher, () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .find((one) => one.includes('"event":"daemon.status"') && one.endsWith('}')),
    );
    watcher.close();
    // That of the process, and that of its worker.
    assert.equal(line.match(/"pid":/g)?.length, 2, line);
    daemon.signal('SIGTERM');
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
  });

  test('R-D24 at SIGUSR1 all processes reopen it: each line is whole, and in exactly one of the files', async (t) => {
    const stage = new Stage(t);
    const file = join(stage.folder, 'log');
    const daemon = stage.run(['--workers', '2', '--log-file', 'log']);
    const watcher = watch(stage.folder);
    const port = await told(watcher, () => portIn(file));
    const crowd = new Crowd(port, 20, 1);
    await crowd.replies(100);
    for (const name of ['log.1', 'log.2']) {
      renameSync(file, join(stage.folder, name));
      daemon.signal('SIGUSR1');
      // The supervisor and both workers.
      await told(watcher, () => (linesOf(file, 'log.reopened').length === 3 ? true : undefined));
      await crowd.replies(100);
    }
    watcher.close();
    const { whole, ...lost } = await crowd.stop();
    assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
    daemon.signal('SIGTERM');
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
    const files = ['log.1', 'log.2', 'log'].map((name) => linesOf(join(stage.folder, name), 'connection'));
    for (const lines of files) assert.ok(lines.length > 0);
    const seen = files.flat().map(({ pid, id }) => `${pid} ${id}`);
    assert.deepEqual([seen.length, new Set(seen).size], [whole, whole]);
  });

  test('at SIGUSR2 it says how the daemon is', async (t) => {
    const daemon = new Stage(t).run(['--workers', '2']);
    await daemon.ready();
    daemon.signal('SIGUSR2');
    const { state, generation, slots } = await daemon.event('daemon.status');
    assert.deepEqual([state, generation, Array.isArray(slots) && slots.length], ['ready', 1, 2]);
  });
});

/** The lines of a log of an event. Each line has to be whole. */
function linesOf(file: string, event: string): readonly Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line): Line => JSON.parse(line)).filter((line) => line.event === event);
}

function portIn(file: string): number | undefined {
  const line = linesOf(file, 'listening').find(({ service }) => service === 'talk');
  const ready = linesOf(file, 'daemon.ready').length > 0;
  return line !== undefined && ready ? Number(`${line.host}`.replace(/.*:/, '')) : undefined;
}

/** Waits for changes of a folder until there is what is looked for. */
async function told<T>(watcher: ReturnType<typeof watch>, look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await once(watcher, 'change');
  }
}
