import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import { FleetHub } from '../../src/fleet/fleet-hub.ts';
import { redisAt } from '../../src/fleet/redis-client.ts';
import { RecordingLog } from './recording-log.ts';

const clock = new Clock();
const log = new RecordingLog();

describe('what a process shares', () => {
  test('alone it shares with itself', async () => {
    const fleet = await openFleet({ name: 'app', clock, log });
    assert.equal(fleet.fleet, undefined);
    assert.equal(fleet.node.acquire('k', 1, new AbortController().signal), 'granted');
    assert.equal(fleet.node.acquire('k', 1, new AbortController().signal), 'refused');
    assert.deepEqual(fleet.counters(), { up: true, decisions: { granted: 1, refused: 1, unknown: 0 } });
    let heard = 0;
    fleet.bus.subscribe('t', () => {
      heard += 1;
    });
    fleet.bus.publish('t', 'x');
    clock.advance(0);
    assert.equal(heard, 1);
    fleet.presence.join('room', 'ann');
    assert.equal((await fleet.presence.list('room')).length, 1);
    await fleet.close();
  });

  test('with a supervisor it shares with the other workers, until the supervisor has died', async () => {
    const workers = new Map<object, Fleet>();
    const hub = new FleetHub<object>(
      { send: (worker, order) => workers.get(worker)?.order(order), full: () => false },
      () => 'slot',
    );
    const open = async (): Promise<Fleet> => {
      const worker = {};
      const fleet = await openFleet({ name: 'app', tell: (report) => hub.report(worker, report), clock, log });
      workers.set(worker, fleet);
      return fleet;
    };
    const [one, two] = [await open(), await open()];
    const { signal } = new AbortController();
    assert.equal(await one.node.acquire('k', 1, signal), 'granted');
    assert.equal(await two.node.acquire('k', 1, signal), 'refused');
    one.node.release('k');
    assert.equal(await two.node.acquire('k', 1, signal), 'granted');
    const heard: string[] = [];
    two.bus.subscribe('t', { message: (bytes) => heard.push(String(bytes)), interrupted: () => heard.push('gap') });
    one.bus.publish('t', 'x');
    two.order({ kind: 'interrupted' });
    assert.deepEqual(heard, ['120', 'gap']);
    one.presence.join('room', 'ann');
    assert.deepEqual(await two.presence.list('room'), [{ node: 'slot', payload: 'ann' }]);
    const [, second] = workers.keys();
    assert.ok(second !== undefined);
    hub.forget(second);
    assert.equal(hub.ledger.held('k'), 0);
    one.lost();
    assert.equal(one.counters().up, false);
    await assert.rejects(one.presence.list('room'));
    one.bus.publish('t', 'x');
    assert.equal(one.bus.dropped, 1);
  });

  test('without the package @redis/client one line says what to do', async () => {
    const missing = (): Promise<never> => Promise.reject(new Error("Cannot find package '@redis/client'"));
    await assert.rejects(redisAt('redis://host', missing), {
      name: 'CommandError',
      message: 'a ledger needs the package @redis/client: npm install @redis/client',
      status: 78,
    });
  });

  test('a URL that is not of a Redis is one line that does not tell its password', async () => {
    for (const url of ['http://u:secret@host', 'redis//secret', 'unix:secret', 'redis://u:secret@host/base']) {
      await assert.rejects(openFleet({ name: 'app', url, clock, log }), (error: Error) => {
        assert.match(error.message, /^the URL of the ledger \([a-z ]+:?\) is not redis:\/\/HOST:PORT, /);
        assert.doesNotMatch(error.message, /secret/);
        assert.equal('status' in error && error.status, 78);
        return true;
      });
    }
  });
});
