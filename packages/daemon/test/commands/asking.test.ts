import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { reactor } from 'couplet';
import { printStatus } from '../../src/control/print-status.ts';
import { ControlServer } from '../../src/control/server.ts';
import { folder, report, Stage } from '../control/stage.ts';
import { command } from './stage.ts';

const { path: directory, remove } = folder();
after(remove);

describe('status, reload and stop', { timeout: 15_000 }, () => {
  const path = join(directory, 'coupletd-poetry.sock');
  const environment = { XDG_RUNTIME_DIR: directory };
  let stage = new Stage();
  let server: ControlServer;
  beforeEach(async () => {
    stage = new Stage();
    server = await ControlServer.claim(reactor, path, stage);
  });
  afterEach(() => server.close());
  const ask = (...words: string[]) => command([...words, '--control', path]);

  test('status prints it, and ends with 1 while it is not ready', async () => {
    assert.deepEqual(await ask('status'), { status: 0, out: printStatus(report()), error: '', launched: undefined });
    stage.now = report({ state: 'backing off', ready: false });
    assert.equal((await ask('status')).status, 1);
  });

  test('R-D36 status --json has "version": 1', async () => {
    const { status, out } = await ask('status', '--json');
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(out), report());
  });

  test('R-D3 reload --wait tells the outcome: 0, or 1 with the reason in one line', async () => {
    assert.deepEqual(await ask('reload', '--wait'), {
      status: 0,
      out: 'generation 4 is ready\n',
      error: '',
      launched: undefined,
    });
    stage.reloaded = async () => ({ result: 'unchanged', generation: 3 });
    assert.deepEqual(await ask('reload', '--wait', '--force'), {
      status: 0,
      out: 'nothing has changed\n',
      error: '',
      launched: undefined,
    });
    stage.reloaded = async () => ({ result: 'failed', generation: 3, reason: 'app.ts:3: boom' });
    assert.deepEqual(await ask('reload', '--wait'), {
      status: 1,
      out: '',
      error: 'coupletd: the reload failed: app.ts:3: boom\n',
      launched: undefined,
    });
    assert.deepEqual(stage.asked, ['reload', 'reload --force', 'reload']);
  });

  test('reload returns at once without --wait', async () => {
    stage.reloaded = () => new Promise(() => {});
    assert.deepEqual(await ask('reload'), { status: 0, out: '', error: '', launched: undefined });
  });

  test('stop waits for the end', async () => {
    assert.deepEqual(await ask('stop', '--now'), { status: 0, out: '', error: '', launched: undefined });
    assert.deepEqual(stage.asked, ['stop --now']);
  });

  test('what the daemon cannot do is told: 1', async () => {
    stage.reloaded = () => Promise.reject(new Error('the daemon stops'));
    assert.deepEqual(await ask('reload', '--wait'), {
      status: 1,
      out: '',
      error: 'coupletd: the daemon: the daemon stops\n',
      launched: undefined,
    });
  });

  test('the daemon is named by an argument, by options before the command, or by the environment', async () => {
    for (const [words, more] of [
      [['status', 'poetry'], environment],
      [['--name', 'poetry', 'status'], environment],
      [['--control', path, 'status'], {}],
      [['status'], { COUPLETD_CONTROL: path }],
      [['status'], { ...environment, COUPLETD_NAME: 'poetry' }],
      [['status', 'poetry'], { ...environment, COUPLETD_NAME: 'chat', COUPLETD_CONTROL: '/nope' }],
    ] as const)
      assert.equal((await command(words, { environment: { ...more } })).status, 0, words.join(' '));
    assert.deepEqual(await command(['status', 'chat'], { environment, directory }), {
      status: 69,
      out: '',
      error: `coupletd: not running: no daemon with the name 'chat' in ${directory}, /run; --control names another place\n`,
      launched: undefined,
    });
  });
});
