import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { readConfiguration } from '../../src/configuration/configuration.ts';
import type { Configuration } from '../../src/configuration/options.ts';
import type { ApplicationDescription, Order } from '../../src/ipc/messages.ts';
import type { ChildEvents, Children } from '../../src/supervisor/child.ts';
import { describeApplication } from '../../src/supervisor/describe.ts';

const { options } = await readConfiguration({});
const description: ApplicationDescription = { name: 'app', services: [], certificates: {} };

/** Describes in a process that the test drives. */
function described() {
  const clock = new Clock();
  const signals: string[] = [];
  const orders: Order[] = [];
  let events: ChildEvents | undefined;
  const children: Children = {
    start: (_descriptors, told) => {
      events = told;
      return { pid: 1, full: false, send: (order) => orders.push(order), kill: (signal) => signals.push(signal) };
    },
  };
  const order = { program: { kind: 'application', file: '/app.ts' }, settings: undefined, services: {} } as const;
  const place: Configuration['place'] = (path) => `app.toml:7: ${path.join('.')}`;
  const result = describeApplication(clock, children, order, ['node'], { options, place });
  assert.ok(events !== undefined);
  assert.equal(orders[0]?.kind, 'describe');
  return { clock, signals, events, result };
}

describe('the describe step', () => {
  test('resolves to what the process found, once that has ended', async () => {
    const { clock, events, result } = described();
    events.onReport({ kind: 'described', description });
    events.onExit(0, null);
    assert.deepEqual(await result, description);
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('R-D33 rejects with what the process says is wrong', async () => {
    const { events, result } = described();
    events.onReport({ kind: 'failed', failure: { line: 'app.ts:3: no', status: 66 } });
    events.onExit(66, null);
    await assert.rejects(result, { name: 'CommandError', message: 'app.ts:3: no', status: 66 });
  });

  test('R-D30 names the line of a setting that the schema of the application refuses', async () => {
    const { events, result } = described();
    const setting = { path: ['application', 'delay'], detail: 'is not a number' };
    events.onReport({ kind: 'failed', failure: { line: 'application.delay: is not a number', status: 78, setting } });
    events.onExit(78, null);
    await assert.rejects(result, { message: 'app.toml:7: application.delay: is not a number', status: 78 });
  });

  for (const [what, status, signal, error, line, code] of [
    ['ends early', 3, null, undefined, 'the application cannot be imported: its process ended with status 3', 70],
    ['is killed', null, 'SIGKILL', undefined, 'the application cannot be imported: its process ended with SIGKILL', 70],
    [
      'is not spawned',
      null,
      null,
      new Error('EAGAIN'),
      'cannot start a process that imports the application: EAGAIN',
      71,
    ],
  ] as const)
    test(`R-D33 rejects when the process ${what}`, async () => {
      const { events, result, clock } = described();
      events.onExit(status, signal, error);
      await assert.rejects(result, { message: line, status: code });
      assert.deepEqual(clock.getDelayedCalls(), []);
    });

  test('R-D33 kills an import without end, and rejects with 75', async () => {
    const { clock, events, result, signals } = described();
    clock.advance(29_999);
    assert.deepEqual(signals, []);
    clock.advance(1);
    assert.deepEqual(signals, ['SIGKILL']);
    events.onExit(null, 'SIGKILL');
    await assert.rejects(result, { message: 'the application is not imported within 30 s', status: 75 });
  });
});
