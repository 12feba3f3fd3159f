import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from 'couplet';
import { simulate } from 'couplet/sim';
import { Answers, bounds, guarded } from './answers.ts';
import { restart } from './restart.ts';

test('the limits stand around the service, the outermost first', () => {
  assert.deepEqual(
    guarded()
      .describePolicies()
      .map(({ policy }) => policy),
    ['limitConnections', 'limitPerPeer', 'timeoutIdle', 'timeoutMessage'],
  );
});

test('one too many is told so', async () => {
  await simulate({ seeds: 5, profile: 'calm' }, async (world) => {
    await world.host('server').reactor.listenTCP(8060, guarded(1000, 2), bounds);
    const { reactor } = world.host('client');
    const ask = async () => {
      await using connection = await open('tcp:server:8060', { reactor });
      await connection.write('spring\r\n').catch(() => {});
      return (await connection.lines().next()).value;
    };
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['6 letters', '6 letters', 'too many of you']);
  });
});

test('a restart cuts off no question', async () => {
  await simulate({ seeds: 20, profile: 'calm' }, async (world) => {
    const { drained, stories } = await restart(world, Answers);
    assert.equal(drained.aborted, 0);
    assert.deepEqual(
      stories.filter(({ cut }) => cut !== undefined),
      [],
    );
  });
});

test('the unit gives the service more time than it takes to end', () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
  const [, stop] = /^TimeoutStopSec=(\d+)$/m.exec(read('answers.service')) ?? [];
  const [, drain] = /drainTimeoutMs: ([\d_]+)/.exec(read('answers.ts')) ?? [];
  assert.ok(Number(stop) * 1000 > Number(drain?.replace('_', '')) + 5000);
});
