import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { End } from './rig.ts';
import { bytesOf, PORT, portOf, Rig } from './rig.ts';

describe('a simulated kernel', () => {
  test('a full backlog ignores requests, which are repeated after 1 s, 2 s and so on', async () => {
    const rig = new Rig();
    await rig.listen({ backlog: 1 });
    rig.server.kernel.descriptorLimit = 1;
    const ends: End[] = [];
    for (let count = 0; count < 3; count += 1) rig.dial(ends, []);
    rig.pass(800);
    assert.deepEqual([ends.length, rig.accepted.length], [1, 0]);
    rig.server.kernel.descriptorLimit = 10;
    rig.pass(199);
    assert.deepEqual([ends.length, rig.accepted.length], [1, 1]);
    rig.pass(2);
    assert.deepEqual([ends.length, rig.accepted.length], [2, 2]);
    rig.pass(1998);
    assert.deepEqual([ends.length, rig.accepted.length], [2, 2]);
    rig.pass(2);
    assert.deepEqual([ends.length, rig.accepted.length], [3, 3]);
  });

  test('a request that nobody answers fails after 127 s', async () => {
    const rig = new Rig();
    rig.server.kernel.up = false;
    const failures: string[] = [];
    rig.dial([], failures);
    rig.pass(126_999);
    assert.deepEqual(failures, []);
    rig.pass(2);
    assert.deepEqual(failures, ['ETIMEDOUT']);
  });

  test('a request that is cancelled comes to nothing', async () => {
    const rig = new Rig({ latencyMs: 10 });
    await rig.listen();
    const [ends, failures]: [End[], string[]] = [[], []];
    rig.dial(ends, failures).cancel();
    const late = rig.dial(ends, failures);
    rig.pass(15);
    late.cancel();
    rig.pass(1000);
    assert.deepEqual([ends, failures, rig.client.descriptors], [[], [], 0]);
  });

  test('what cannot be reached says why', async () => {
    const rig = new Rig();
    const failures: string[] = [];
    rig.dial([], failures);
    rig.dial([], failures, { host: '10.9.9.9' });
    rig.dial([], failures, { localHost: '10.9.9.9' });
    rig.client.kernel.descriptorLimit = 0;
    rig.dial([], failures);
    rig.pass(1);
    assert.deepEqual(failures.sort(), ['ECONNREFUSED', 'EADDRNOTAVAIL', 'EHOSTUNREACH', 'EMFILE'].sort());
  });

  test('a connection has the descriptor that its attempt had, when there are fewer by then', async () => {
    const rig = new Rig();
    await rig.listen();
    const ends: End[] = [];
    rig.dial(ends, []);
    rig.client.kernel.descriptorLimit = 0;
    rig.pass(1);
    assert.deepEqual([ends.length, rig.client.descriptors], [1, 1]);
    ends[0]?.wire.abort();
    rig.pass(1);
    assert.equal(rig.client.descriptors, 0);
  });

  test('a process without descriptors says so, serves who is there, and accepts again when it can', async () => {
    const rig = new Rig();
    const { near, far } = await rig.pair();
    rig.server.kernel.descriptorLimit = 2;
    const ends: End[] = [];
    rig.dial(ends, []);
    rig.pass(1000);
    assert.equal(rig.accepted.length, 1);
    assert.ok(rig.troubles.length >= 9 && rig.troubles.every((code) => code === 'EMFILE'));
    near.wire.write(bytesOf(10));
    rig.pass(1);
    assert.equal(far.received.length, 10);
    rig.server.kernel.descriptorLimit = 3;
    rig.pass(101);
    assert.equal(rig.accepted.length, 2);
  });

  test('an address is taken once, port 0 picks a free one, and what is closed is free', async () => {
    const rig = new Rig();
    const first = await rig.listen();
    assert.ok('close' in first);
    assert.equal('code' in (await rig.listen()) && PORT, PORT);
    const picked = await rig.listen({ port: 0 });
    assert.ok('name' in picked && portOf(picked.name) >= 32_768);
    const closed = first.close();
    rig.pass(1);
    await closed;
    assert.ok('close' in (await rig.listen()));
    const foreign = await rig.listen({ host: '10.9.9.9' });
    assert.equal('code' in foreign && foreign.code, 'EADDRNOTAVAIL');
  });

  test('a port that closes resets who waits to be accepted', async () => {
    const rig = new Rig();
    const listener = await rig.listen();
    assert.ok('close' in listener);
    rig.server.kernel.descriptorLimit = 1;
    const ends: End[] = [];
    rig.dial(ends, []);
    rig.pass(10);
    void listener.close();
    rig.pass(10);
    assert.deepEqual(ends[0]?.told, ['reset']);
  });

  test('a UNIX socket is found by its path, on its own host', async () => {
    const rig = new Rig();
    await rig.listenUNIX('/run/echo.sock');
    const results: string[] = [];
    const attempt = {
      onReady: () => {
        results.push('connected');
        return null;
      },
      onFailed: ({ code }: { code: string }) => results.push(code),
    };
    rig.server.streams.connect({ kind: 'unix', path: '/run/echo.sock' }, attempt);
    rig.pass(1);
    rig.server.streams.connect({ kind: 'unix', path: '/run/other.sock' }, attempt);
    rig.pass(1);
    rig.client.streams.connect({ kind: 'unix', path: '/run/echo.sock' }, attempt);
    rig.pass(1);
    assert.deepEqual(results, ['connected', 'ENOENT', 'ENOENT']);
    assert.equal('code' in (await rig.listenUNIX('/run/echo.sock')), true);
  });

  test('a process inherits nothing, and has no environment and no files', async () => {
    const rig = new Rig();
    const failures: string[] = [];
    const attempt = { onReady: () => null, onFailed: ({ code }: { code: string }) => failures.push(code) };
    rig.client.streams.connect({ kind: 'stdio' }, attempt);
    rig.pass(1);
    assert.deepEqual(failures, ['EBADF']);
    for (const place of [{ kind: 'stdio' }, { kind: 'fd', fd: 3, backlog: 1 }] as const) {
      const answer = await rig.server.streams.listen(place, { onAccepted: () => null, onAcceptFailed: () => {} });
      assert.equal('code' in answer && answer.code, 'EBADF');
    }
    assert.equal(rig.server.surroundings.environment('HOME'), undefined);
    const file = await rig.server.surroundings.readFile('/etc/hosts');
    assert.equal('code' in file && file.code, 'ENOENT');
    assert.deepEqual([rig.server.surroundings.pid, rig.client.surroundings.pid], [1, 1]);
  });

  test('names are answered after their time, may change, fail, and say nothing', async () => {
    const rig = new Rig();
    const { names } = rig.network;
    const ask = async (host: string): Promise<unknown> => {
      const answer = rig.client.names.resolve(host);
      rig.pass(names.delayMs);
      return Promise.race([answer, Promise.resolve().then(() => 'nothing yet')]);
    };
    const code = async (host: string): Promise<unknown> => {
      const answer = await ask(host);
      return typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : answer;
    };
    assert.deepEqual(await ask('SERVER'), [
      { family: 'IPv4', host: '10.0.0.1' },
      { family: 'IPv6', host: 'fd00::1' },
    ]);
    names.delayMs = 3000;
    const slow = rig.client.names.resolve('server');
    rig.pass(2999);
    assert.equal(await Promise.race([slow, Promise.resolve('nothing yet')]), 'nothing yet');
    rig.pass(1);
    assert.equal(Array.isArray(await slow), true);
    names.set('server', ['10.0.0.2']);
    assert.deepEqual(await ask('server'), [{ family: 'IPv4', host: '10.0.0.2' }]);
    names.set('server', 'failing');
    assert.equal(await code('server'), 'EAI_AGAIN');
    names.set('server', 'missing');
    assert.equal(await code('server'), 'ENOTFOUND');
    names.set('server', 'silent');
    assert.equal(await ask('server'), 'nothing yet');
    names.trouble = 'failing';
    assert.equal(await code('client'), 'EAI_AGAIN');
  });

  test('a signal is caught, or ends the process', () => {
    const rig = new Rig();
    const caught: string[] = [];
    const release = rig.server.surroundings.catchSignals(['SIGINT', 'SIGTERM'], (signal) => caught.push(signal));
    rig.server.signal('SIGINT');
    rig.pass(1);
    assert.deepEqual([caught, rig.server.running], [['SIGINT'], true]);
    release();
    rig.server.signal('SIGTERM');
    assert.equal(rig.server.running, false);
  });

  test('the alarm rings at its time, once, and a wall clock that jumps does not move it', () => {
    const rig = new Rig();
    const rang: number[] = [];
    rig.server.clock.alarm(1000, () => rang.push(-1));
    rig.server.clock.alarm(500.25, () => rang.push(rig.server.clock.now()));
    const before = rig.server.clock.wallClock();
    rig.server.kernel.clockOffsetMs -= 86_400_000;
    assert.equal(rig.server.clock.wallClock(), before - 86_400_000);
    rig.pass(2000);
    assert.deepEqual(rang, [500.25]);
  });

  test('nothing that a process began goes on when it has ended', async () => {
    const rig = new Rig();
    const { near } = await rig.pair();
    let ran = 0;
    const run = (): void => {
      ran += 1;
    };
    rig.server.clock.alarm(1, run);
    rig.server.clock.yield(run);
    rig.server.clock.defer(run);
    rig.server.kill();
    rig.pass(10);
    await Promise.resolve();
    assert.equal(ran, 0);
    assert.deepEqual([rig.server.leftovers, near.told], [[], ['end']]);
  });
});
