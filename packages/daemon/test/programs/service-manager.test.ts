import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import { ask, Crowd } from '../real/client.ts';
import { Stage } from '../real/stage.ts';
import { talk } from '../real/talk.ts';
import type { Program } from './program.ts';
import { receiver } from './receiver.ts';

describe('under a service manager', { timeout: 120_000 }, () => {
  test('R-D17 it tells its state, and the watchdog goes on in reloads and restarts, also of a worker that hangs', async (t) => {
    const stage = new Stage(t);
    const socket = join(stage.folder, 'notify');
    const manager = await receiver(t, socket);
    const alive = async (more: number): Promise<void> => {
      await manager.line(/WATCHDOG=1/, count(manager, /WATCHDOG=1/) + more);
    };
    const daemon = stage.run(['--workers', '2', '--worker-timeout', '2'], {
      environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000' },
    });
    await manager.line(/READY=1/);
    assert.equal(daemon.all('worker.ready').length, 2);
    await alive(2);

    const before = count(manager, /WATCHDOG=1/);
    assert.equal((await daemon.ask('reload', '--wait', '--force')).status, 0);
    await manager.line(/READY=1/, 2);
    assert.match(manager.lines.find((line) => line.includes('RELOADING=1')) ?? '', /MONOTONIC_USEC=\d+/);
    assert.ok(count(manager, /WATCHDOG=1/) > before);
    const states = manager.lines.flatMap((line) => /\b(?:READY|RELOADING)=1/.exec(line) ?? []);
    assert.deepEqual(states, ['READY=1', 'RELOADING=1', 'READY=1']);

    await daemon.event('drain.done');
    const [killed = 0, hung = 0] = daemon.workers;
    process.kill(killed, 'SIGKILL');
    await daemon.event('worker.ended', { worker: killed });
    await daemon.event('worker.ready', {}, 5);
    await alive(2);

    process.kill(hung, 'SIGSTOP');
    await daemon.event('worker.hung', { worker: hung });
    await daemon.event('worker.ready', {}, 6);
    await alive(2);

    daemon.signal('SIGTERM');
    await manager.line(/STOPPING=1/);
    assert.equal((await daemon.ended).status, 0);
    assert.deepEqual(daemon.all('notify.failed'), []);
  });

  test('it serves on the sockets that it gets, by their name and index, with workers, and a reload keeps them', async (t) => {
    const places = ["'systemd:name=talk:index=0'", "'systemd:name=talk:index=1'"].join(', ');
    const stage = new Stage(
      t,
      talk().replace(
        "'tcp:0:interface=127.0.0.1', Factory.forProtocol(Talk)",
        `[${places}], Factory.forProtocol(Talk)`,
      ),
    );
    const ports = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const listen = ports.flatMap((port) => ['--listen', `127.0.0.1:${port}`]);
    const daemon = stage.run(['--workers', '2'], {
      launcher: ['systemd-socket-activate', '--fdname=talk', ...listen],
    });
    // It starts the daemon when the first one comes.
    while (!daemon.errors.includes('Listening on') || !daemon.errors.includes(`:${ports[1]}`))
      await new Promise(setImmediate);
    const answers = await Promise.all(ports.map((port) => ask(port, 'who')));
    await daemon.event('daemon.ready');
    assert.ok(answers.every((answer) => daemon.workers.includes(Number.parseInt(answer, 10))));
    const crowds = ports.map((port) => new Crowd(port, 5));
    await Promise.all(crowds.map((crowd) => crowd.replies(10)));
    assert.equal((await daemon.ask('reload', '--wait', '--force')).status, 0);
    await Promise.all(crowds.map((crowd) => crowd.replies(20)));
    for (const crowd of crowds) {
      const { whole, ...lost } = await crowd.stop();
      assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
      assert.ok(whole >= 30);
    }
    const { status } = await daemon.ask('stop');
    assert.equal(status, 0);
    assert.equal((await daemon.ended).status, 0);
  });

  test('it writes a newline to --ready-fd when it serves', async (t) => {
    const stage = new Stage(t);
    const file = join(stage.folder, 'ready');
    const daemon = stage.run(['--workers', '2', '--ready-fd', '7'], {
      launcher: ['/bin/bash', '-c', 'exec "$@" 7> ready', 'bash'],
    });
    await daemon.event('worker.started');
    assert.equal(readFileSync(file, 'utf8'), '');
    await daemon.event('daemon.ready');
    assert.equal(readFileSync(file, 'utf8'), '\n');
  });
});

function count(program: Program, like: RegExp): number {
  return program.lines.filter((line) => like.test(line)).length;
}
