import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { connect as connectNet } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { connect as connectTLS } from 'node:tls';
import { selfSigned } from '../certificate.ts';
import { ask, Crowd, type Place } from './client.ts';
import type { Daemon } from './daemon.ts';
import { FULL } from './size.ts';
import { Stage } from './stage.ts';
import { talk } from './talk.ts';

/** How many reloads of the usual kind, and of each other kind. */
const RELOADS = FULL ? 20 : 4;
const OTHERS = FULL ? 20 : 1;
const CLIENTS = FULL ? 100 : 30;
/** Whether this runtime can tell what has changed. */
const RECORDS = 'registerHooks' in nodeModule;
const TIMEOUT = { timeout: 240_000 + RELOADS * 10_000 };

/** Replaces the code again and again under clients, none of which may lose anything. */
async function reloadUnder(stage: Stage, daemon: Daemon, place: Place, endpoint: string, times: number): Promise<void> {
  const crowd = new Crowd(place, CLIENTS);
  for (let generation = 2; generation <= times + 1; generation += 1) {
    await crowd.replies(CLIENTS);
    stage.write('app.js', talk({ version: `${generation}`, endpoint }));
    daemon.signal('SIGHUP');
    await daemon.event('reload.done', { generation });
  }
  await crowd.replies(CLIENTS);
  // Until then the old one accepts as well.
  await daemon.event('drain.done', { generation: times, aborted: 0 });
  assert.match(await ask(place, 'who'), new RegExp(` ${times + 1}$`));
  const { whole, ...lost } = await crowd.stop();
  assert.deepEqual(lost, { refused: 0, reset: 0, cut: 0 });
  assert.ok(whole >= CLIENTS * (times + 1), `${whole} replies`);
  assert.equal(daemon.workers.length, 2);
  assert.deepEqual(
    daemon.all('worker.ended').filter(({ status }) => status !== 0),
    [],
  );
}

describe('a reload', TIMEOUT, () => {
  test(`R-D1 ${RELOADS} of 2 workers under ${CLIENTS} clients: all replies whole, none refused, none reset`, async (t) => {
    const endpoint = 'tcp:0:interface=127.0.0.1';
    const stage = new Stage(t, talk({ endpoint }));
    const daemon = stage.run(['--workers', '2']);
    await reloadUnder(stage, daemon, await daemon.ready(), endpoint, RELOADS);
  });

  test('R-D2 with a queue for each worker loses nothing', {
    skip: process.versions.node.startsWith('20.') ? 'it needs Node 22.12' : false,
  }, async (t) => {
    const endpoint = 'tcp:0:interface=127.0.0.1';
    const stage = new Stage(t, talk({ endpoint }));
    const daemon = stage.run(['--workers', '2', '--accept', 'spread']);
    await reloadUnder(stage, daemon, await daemon.ready(), endpoint, OTHERS);
  });

  test('R-D2 of a UNIX socket loses nothing, and the path stays', async (t) => {
    const endpoint = 'unix:talk.sock';
    const stage = new Stage(t, talk({ endpoint }));
    const daemon = stage.run(['--workers', '2']);
    await daemon.event('daemon.ready');
    await reloadUnder(stage, daemon, () => connectNet(join(stage.folder, 'talk.sock')), endpoint, OTHERS);
  });

  test('R-D2 of TLS loses nothing; R-D36 R-D5 of a certificate alone keeps the processes', async (t) => {
    const endpoint = 'tls:0:interface=127.0.0.1:cert=cert.pem:key=key.pem';
    const stage = new Stage(t, talk({ endpoint }));
    const certify = async (until: string): Promise<string> => {
      const { cert, key } = await selfSigned(until);
      stage.write('cert.pem', cert);
      stage.write('key.pem', key);
      return cert;
    };
    const ca = await certify('2090-01-01T00:00:00Z');
    const daemon = stage.run(['--workers', '2', '--metrics', '0']);
    const port = await daemon.ready();
    const { metrics } = await daemon.event('daemon.ready');
    const page = async (): Promise<string> => (await fetch(`http://${metrics}/metrics`)).text();
    const expiry = (date: string): RegExp => new RegExp(`expiry_seconds\\{.*\\} ${Date.parse(date) / 1000}$`, 'm');
    await reloadUnder(stage, daemon, () => connectTLS({ port, host: '127.0.0.1', ca }), endpoint, OTHERS);
    assert.match(await page(), expiry('2090-01-01'));
    if (!RECORDS) return;
    const { workers } = daemon;
    const next = await certify('2091-01-01T00:00:00Z');
    daemon.signal('SIGHUP');
    await daemon.event('reload.done', { kind: 'certificates' });
    assert.match(await ask(() => connectTLS({ port, host: '127.0.0.1', ca: next }), 'who'), /^\d+ /);
    assert.match(await page(), expiry('2091-01-01'));
    assert.deepEqual(daemon.workers, workers);
  });

  test('brings options of Node to the new workers, and new services to the status', async (t) => {
    const before = "console.error(process.execArgv.includes('--no-deprecation'));";
    const stage = new Stage(t, talk({ before }));
    stage.write('coupletd.toml', '');
    const daemon = stage.run(['--config', 'coupletd.toml']);
    await daemon.ready();
    assert.equal(daemon.errors, 'false\nfalse\n');
    stage.write('coupletd.toml', 'daemon.nodeOption = ["--no-deprecation"]');
    stage.write('app.js', talk({ more: "{ name: 'later', start() {}, stop() {} }", before }));
    assert.equal((await daemon.ask('reload', '--wait')).status, 0);
    const { output } = await daemon.ask('status', '--json');
    assert.match(output, /"path": "later"/);
    assert.equal(daemon.errors, 'false\nfalse\ntrue\ntrue\n');
  });

  const WRONG: readonly [what: string, before: string, line: RegExp, words?: readonly string[]][] = [
    ['throws', "throw new Error('no such table');", /app\.js:1: no such table$/],
    ['exits with 0', 'process.exit(0);', /its process ended with status 0$/],
    ['is never ready', 'await new Promise((resolve) => setTimeout(resolve, 60_000));', /not imported within 2 s$/],
  ];
  test('R-D3 to code that throws, exits or is never ready: the old one serves on, and one line says why', async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '2', '--ready-timeout', '2']);
    const port = await daemon.ready();
    const before = daemon.workers;
    for (const [what, code, line] of WRONG) {
      stage.write('app.js', talk({ before: code }));
      const { status, output, errors } = await daemon.ask('reload', '--wait');
      assert.deepEqual([what, status, output], [what, 1, '']);
      assert.match(errors, /^coupletd: the reload failed: [^\n]+\n$/);
      assert.match(errors.trimEnd(), line);
      assert.equal(await ask(port, 'who').then((text) => before.includes(Number.parseInt(text, 10))), true);
    }
    // Only where it starts, and in one slot of two.
    const more = `{ name: 'late', start: ({ slot }) => { if (slot === 2) process.exit(0); }, stop() {} },`;
    stage.write('app.js', talk({ more }));
    const { status, errors } = await daemon.ask('reload', '--wait');
    assert.equal(status, 1);
    assert.match(errors, /^coupletd: the reload failed: a worker ended with status 0 before it was ready\n$/);
    assert.deepEqual(daemon.workers, before);
    stage.write('app.js', talk({ version: 'two' }));
    assert.equal((await daemon.ask('reload', '--wait')).status, 0);
    await daemon.event('drain.done');
    assert.match(await ask(port, 'who'), /^\d+ two$/);
  });

  test('warns of options that only a new start takes', async (t) => {
    const stage = new Stage(t);
    stage.write('app.toml', 'daemon = { workers = 1 }');
    const daemon = stage.run(['--config', 'app.toml']);
    await daemon.ready();
    stage.write('app.toml', 'daemon = { workers = 2, metrics = "0", logLevel = "debug" }');
    assert.equal((await daemon.ask('reload', '--wait')).status, 0);
    const { kept } = await daemon.event('reload.kept');
    assert.deepEqual(kept, ['logLevel', 'metrics']);
    assert.equal(daemon.all('reload.kept').length, 1);
  });

  test('R-D3 that a stop overtakes is told so, with 1', async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run();
    await daemon.ready();
    stage.write(
      'app.js',
      talk({ version: 'two', before: 'await new Promise((resolve) => setTimeout(resolve, 20_000));' }),
    );
    const reload = daemon.ask('reload', '--wait');
    await daemon.event('reload.started');
    daemon.signal('SIGTERM');
    assert.deepEqual(await reload, {
      status: 1,
      output: '',
      errors: 'coupletd: the reload failed: it has been stopped meanwhile\n',
    });
    assert.deepEqual(await daemon.ended, { status: 0, errors: '' });
  });

  test('R-D5 of what has not changed keeps the processes', {
    skip: RECORDS ? false : 'imports cannot be recorded here',
  }, async (t) => {
    const stage = new Stage(t);
    const daemon = stage.run(['--workers', '2']);
    await daemon.ready();
    const before = daemon.workers;
    const { status, output } = await daemon.ask('reload', '--wait');
    assert.deepEqual([status, output], [0, 'nothing has changed\n']);
    assert.deepEqual(daemon.workers, before);
  });

  test('R-D6 follows a link to another release, for the file and the working directory', async (t) => {
    const stage = new Stage(t);
    for (const release of ['one', 'two']) {
      const folder = join(stage.folder, release);
      mkdirSync(folder);
      writeFileSync(join(folder, 'app.js'), talk({ version: release }));
    }
    const current = join(stage.folder, 'current');
    symlinkSync('one', current);
    const words = ['--control', join(stage.folder, 'control.sock')];
    for (const [what, start] of [
      ['by --rundir', () => stage.start(['run', 'app.js', '--rundir', 'current', ...words])],
      [
        'from within',
        () =>
          stage.start(['run', 'app.js', ...words.with(-1, 'none')], {
            environment: { PWD: current },
            launcher: ['env', '-C', current],
          }),
      ],
    ] as const) {
      const daemon = start();
      const port = await daemon.ready();
      assert.match(await ask(port, 'who'), / one$/, what);
      symlinkSync('two', `${current}.next`);
      renameSync(`${current}.next`, current);
      daemon.signal('SIGHUP');
      await daemon.event('drain.done');
      assert.match(await ask(port, 'who'), / two$/, what);
      assert.equal(await ask(port, 'where'), join(stage.folder, 'two'), what);
      symlinkSync('one', `${current}.next`);
      renameSync(`${current}.next`, current);
    }
  });
});
