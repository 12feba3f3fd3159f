import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, lstatSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { connect, open, reactor } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { Clock } from 'couplet/testing';
import { askControl } from '../../src/control/ask.ts';
import { ControlServer } from '../../src/control/server.ts';
import { deferred, folder, report, Stage } from './stage.ts';

const { path: place, remove } = folder();
after(remove);

describe('the control socket', { timeout: 15_000 }, () => {
  const path = join(place, 'control.sock');
  let stage = new Stage();
  let server: ControlServer;
  beforeEach(async () => {
    stage = new Stage();
    server = await ControlServer.claim(reactor, path, stage);
  });
  afterEach(() => server.close());

  test('is for its user alone, and goes with the server', async () => {
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    await server.close();
    assert.throws(() => lstatSync(path), { code: 'ENOENT' });
  });

  test('tells the status', async () => {
    assert.deepEqual(await askControl(path, { ask: 'status' }), { answer: 'status', report: report() });
  });

  test('R-D36 the report has "version": 1', async () => {
    const answer = await askControl(path, { ask: 'status' });
    assert.equal(answer.answer === 'status' && answer.report.version, 1);
  });

  test('answers a reload at once, or when it has ended', async () => {
    const { promise, resolve } = deferred<{ result: 'failed'; generation: number; reason: string }>();
    stage.reloaded = () => promise;
    assert.deepEqual(await askControl(path, { ask: 'reload', force: true, wait: false }), { answer: 'accepted' });
    const waiting = askControl(path, { ask: 'reload', force: false, wait: true });
    // The request that came later is answered first: this one waits.
    await askControl(path, { ask: 'status' });
    const result = { result: 'failed', generation: 3, reason: 'app.ts:3: boom' } as const;
    resolve(result);
    assert.deepEqual(await waiting, { answer: 'reloaded', result });
    assert.deepEqual(stage.asked, ['reload --force', 'reload', 'status']);
  });

  test('tells what a handler throws, in one line', async () => {
    stage.reloaded = () => Promise.reject(new Error('cannot reload now'));
    assert.deepEqual(await askControl(path, { ask: 'reload', force: false, wait: true }), {
      answer: 'failed',
      line: 'cannot reload now',
    });
  });

  test('answers a stop when everything has ended, also when the server closes meanwhile', async () => {
    const { promise, resolve } = deferred<void>();
    stage.stopped = promise;
    const waiting = askControl(path, { ask: 'stop', now: true });
    await askControl(path, { ask: 'status' });
    assert.deepEqual(stage.asked, ['stop --now', 'status']);
    resolve();
    await server.close();
    assert.deepEqual(await waiting, { answer: 'stopped' });
  });

  test('a client that waits may disappear', async () => {
    const { promise, resolve } = deferred<{ result: 'done'; generation: number }>();
    stage.reloaded = () => promise;
    const client = await open(`unix:${path}`);
    await client.write('{"ask":"reload","force":false,"wait":true}\n');
    await askControl(path, { ask: 'status' });
    client.abort();
    resolve({ result: 'done', generation: 4 });
    assert.deepEqual((await askControl(path, { ask: 'status' })).answer, 'status');
  });

  for (const [what, line] of [
    ['no JSON', 'hello'],
    ['another request', '{"ask":"restart"}'],
    ['another field', '{"ask":"status","__proto__":1}'],
    ['a wrong type', '{"ask":"stop","now":1}'],
  ])
    test(`refuses ${what}`, async () => {
      await using client = await open(`unix:${path}`);
      await client.write(`${line}\n{"ask":"stop","now":true}\n`);
      const lines: string[] = [];
      for await (const answer of client.lines({ delimiter: '\n' })) lines.push(String(answer));
      assert.deepEqual(lines, ['{"answer":"failed","line":"the request is not one that this daemon knows"}']);
      assert.deepEqual(stage.asked, []);
    });

  test('closes on a request that is longer than 1,024 bytes', async () => {
    await using client = await open(`unix:${path}`);
    await client.write('x'.repeat(1025));
    for await (const chunk of client) assert.fail(`it answered ${chunk}`);
  });

  test('serves 32 clients at a time, and says so to one more', async () => {
    const idle = await Promise.all(Array.from({ length: 32 }, () => connect(`unix:${path}`, new LineReceiver())));
    assert.deepEqual(await askControl(path, { ask: 'stop', now: false }), {
      answer: 'failed',
      line: 'the daemon serves 32 control clients already',
    });
    for (const { transport } of idle) transport.abortConnection();
    assert.deepEqual(stage.asked, []);
  });

  test('R-D20 a second claim says already running, with the pid: 69', async () => {
    await assert.rejects(ControlServer.claim(reactor, path, stage), {
      status: 69,
      message: `already running, pid ${process.pid} (${path})`,
    });
  });
});

describe('a control socket that is not there', { timeout: 15_000 }, () => {
  const status = { ask: 'status' } as const;

  test('nothing at the path is not running: 69', async () => {
    const path = join(place, 'missing.sock');
    await assert.rejects(askControl(path, status), { status: 69, message: `not running: nothing listens at ${path}` });
  });

  test('R-D20 what is left over is not running, and taken by the next', async () => {
    const path = join(place, 'stale.sock');
    const left = createServer().listen(path);
    await once(left, 'listening');
    // Its file outlives it where it has another name when it closes.
    renameSync(path, `${path}.kept`);
    left.close();
    await once(left, 'close');
    renameSync(`${path}.kept`, path);
    await assert.rejects(askControl(path, status), { status: 69, name: 'NotRunning' });
    const server = await ControlServer.claim(reactor, path, new Stage());
    await server.close();
  });

  test('a program that is not a daemon: 69', async (t) => {
    const path = join(place, 'other.sock');
    const other = createServer((socket) => socket.on('error', () => {}).end('hello\n')).listen(path);
    t.after(() => other.close());
    await once(other, 'listening');
    await assert.rejects(askControl(path, status), {
      status: 69,
      message: `the daemon at ${path}: it ended without an answer that is understood`,
    });
    await assert.rejects(ControlServer.claim(reactor, path, new Stage()), {
      status: 69,
      message: `already running: a process that does not answer has ${path}`,
    });
  });

  test('a daemon that does not answer in time: 69', async (t) => {
    const path = join(place, 'silent.sock');
    const clock = new Clock();
    const silent = createServer((socket) => socket.on('error', () => {}).once('data', () => clock.advance(10_000)));
    silent.listen(path);
    t.after(() => silent.close());
    await once(silent, 'listening');
    await assert.rejects(askControl(path, status, { clock }), {
      status: 69,
      message: `the daemon at ${path}: no answer within 10 s`,
    });
  });

  test('a daemon that ends is the answer to stop, and no answer to a reload: 69', async (t) => {
    const path = join(place, 'dying.sock');
    const dying = createServer((socket) => socket.once('data', () => socket.destroy())).listen(path);
    t.after(() => dying.close());
    await once(dying, 'listening');
    assert.deepEqual(await askControl(path, { ask: 'stop', now: false }), { answer: 'stopped' });
    await assert.rejects(askControl(path, { ask: 'reload', force: false, wait: true }), { status: 69 });
  });

  test('a file in its place: 73', async () => {
    const path = join(place, 'file');
    writeFileSync(path, '');
    await assert.rejects(ControlServer.claim(reactor, path, new Stage()), {
      status: 73,
      message: `cannot make the control socket: cannot listen on ${path}: a file that is not a socket has that name`,
    });
  });

  test('a socket of another user: 77', { skip: process.getuid?.() === 0 && 'root may use every socket' }, async () => {
    const path = join(place, 'foreign.sock');
    const server = createServer().listen(path);
    await once(server, 'listening');
    chmodSync(path, 0);
    await assert.rejects(askControl(path, status), { status: 77 });
    server.close();
  });
});
