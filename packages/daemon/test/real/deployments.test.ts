import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { run } from '../run.ts';
import { ask, Client } from './client.ts';
import { Stage } from './stage.ts';
import { talk } from './talk.ts';

/** Beside the servers, what runs in one process alone. */
const MORE = `new (await import('coupletd')).TimerService('tick', { everyMs: 100, where: 'one' }, (signal, { log, slot }) => {
    log.warn({ event: 'tick', slot }, 'tick');
  }),`;

/** What clients of both services get. */
async function repliesOf(port: number, politePort: number): Promise<readonly unknown[]> {
  const [who, reply, polite, thrown] = [
    (await ask(port, 'who')).replace(/^\d+/, 'PID'),
    await new Client(port, 'reply 3 5', 3000).closed,
    await new Client(politePort, 'reply 1 0', 1000).closed,
    await new Client(port, 'throw').closed,
  ];
  return [who, reply, polite, thrown];
}
const flags = process.execArgv.filter((flag) => flag.startsWith('--conditions='));
const REPLIES = ['PID one', 'whole', 'whole', 'reset'];

describe('R-D34 one application', { timeout: 240_000 }, () => {
  for (const [what, words, processes] of [
    ['--workers 0', ['--workers', '0'], 0],
    ['--workers 2', ['--workers', '2'], 2],
    ['apart', ['--topology', 'apart', '--workers', '2'], 8],
  ] as const)
    test(`R-D34 with ${what} gives the same replies, and runs what is to run in one process in one`, async (t) => {
      const daemon = new Stage(t, talk({ more: MORE })).run(words);
      const ports = [await daemon.ready(), await daemon.ready('polite')] as const;
      assert.deepEqual(await repliesOf(...ports), REPLIES);
      assert.equal(daemon.workers.filter((pid) => pid !== daemon.pid).length, processes);
      await daemon.event('tick', {}, 4);
      assert.deepEqual(new Set(daemon.all('tick').map(({ slot }) => slot)), new Set([1]));
      assert.equal(new Set(daemon.all('tick').map(({ pid }) => pid)).size, 1);
      daemon.signal('SIGTERM');
      assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
    });

  test('R-D34 by node alone gives the same replies, and drains at SIGTERM', async (t) => {
    const stage = new Stage(t, talk({ more: MORE }));
    const child = spawn(process.execPath, [...flags, 'app.js'], {
      cwd: stage.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    let [text, output] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const port = async (service: string): Promise<number> => {
      for (;;) {
        const [, found] = new RegExp(`service=${service} .*host=127\\.0\\.0\\.1:(\\d+)`).exec(text) ?? [];
        if (found !== undefined) return Number(found);
        await once(child.stderr, 'data');
      }
    };
    const ports = [await port('talk'), await port('polite')] as const;
    assert.deepEqual(await repliesOf(...ports), REPLIES);
    while (!text.includes('tick')) await once(child.stderr, 'data');
    const client = new Client(ports[0], 'reply 10 20', 10_000);
    await client.answered();
    child.kill('SIGTERM');
    assert.equal(await client.closed, 'whole');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.match(text, /drained: 1 closed, 0 aborted/);
    assert.equal(output, '');
  });

  test('R-D34 that is imported starts nothing', async (t) => {
    const stage = new Stage(t);
    stage.write('importer.js', "import { app } from './app.js';\nconsole.log(app.name);\n");
    assert.deepEqual(await run([process.execPath, ...flags, join(stage.folder, 'importer.js')]), {
      status: 0,
      output: 'talk\n',
      errors: '',
    });
  });
});
