import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory } from 'couplet';
import { type ThrottleOptions, throttle, timeoutIdle } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';
import fc from 'fast-check';
import { House, type Visit } from './visit.ts';

/** How late a message may come. */
const GRAIN = 50;

class Log extends TextLineReceiver<Logs> {
  readonly heard: string[] = [];
  reason: Error | undefined;
  override lineReceived(line: string): void {
    this.heard.push(line);
    this.factory.all.push(line);
  }
  override readConnectionLost(): void {
    this.heard.push('the end');
    this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

class Logs extends Factory {
  readonly made: Log[] = [];
  readonly all: string[] = [];
  override buildProtocol(): Log {
    const log = new Log();
    this.made.push(log);
    return log;
  }
}

/** A connection whose lines are throttled. */
class Bounded {
  readonly logs: Logs = new Logs();
  readonly house: House;

  constructor(options: ThrottleOptions, around = (factory: Factory): Factory => factory) {
    this.house = new House(around(throttle(this.logs, options)));
  }

  accept(): { visit: Visit; log: Log } {
    const visit = this.house.accept();
    const log = this.logs.made.at(-1);
    assert.ok(log !== undefined);
    return { visit, log };
  }

  /** The peer ends its output: a wire tells of it once this side reads. */
  async end(visit: Visit): Promise<void> {
    while (visit.paused) await this.pass(10);
    visit.sink?.onEof();
    await this.pass(10);
  }

  /** Lets time pass, in steps in which promises settle. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.house.pass(10);
      await settle();
      this.house.pass(0);
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `line ${at}`);
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

describe('R64 throttle, messages', () => {
  test('R64 a burst passes at once, the rest at the rate, in order, and the end of the input last', async () => {
    const bounded = new Bounded({ messagesPerSecond: 10, burstMessages: 3 });
    const { visit, log } = bounded.accept();
    const lines = numbered(20);
    visit.send(textOf(lines));
    await settle();
    assert.ok(log.heard.length >= 3 && log.heard.length <= 4, `${log.heard.length}`);
    const began = bounded.house.backend.time;
    while (log.heard.length < lines.length) {
      const before = log.heard.length;
      await bounded.pass(10);
      const passed = bounded.house.backend.time - began;
      assert.ok(log.heard.length <= 4 + passed / 100, `${log.heard.length} after ${passed} ms`);
      assert.ok(before >= 3 + Math.floor((passed - 2 * GRAIN) / 100) || passed < 200, `${before} after ${passed} ms`);
    }
    await bounded.end(visit);
    assert.deepEqual(log.heard, [...lines, 'the end']);
    assert.deepEqual(bounded.house.reports, []);
  });

  test('R64 however the stream is cut, nothing is lost', async () => {
    const lines = numbered(40);
    const stream = Buffer.from(textOf(lines));
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const bounded = new Bounded({ messagesPerSecond: 100, burstMessages: 10 });
        const { visit, log } = bounded.accept();
        for (let at = 0, next = 0; at < stream.length; next += 1) {
          const size = cuts[next % cuts.length] ?? 1;
          if (visit.paused) await bounded.pass(20);
          else {
            visit.send(stream.subarray(at, at + size));
            at += size;
            await settle();
          }
        }
        await bounded.end(visit);
        assert.deepEqual(log.heard, [...lines, 'the end']);
      }),
      { numRuns: 30 },
    );
  });

  test('R64 the connection does not read while a message waits, and not longer', async () => {
    const bounded = new Bounded({ messagesPerSecond: 10, burstMessages: 1 });
    const { visit, log } = bounded.accept();
    visit.send(textOf(['one']));
    await settle();
    assert.equal(visit.paused, false);
    visit.send(textOf(['two', 'three']));
    await settle();
    assert.equal(visit.paused, true);
    await bounded.pass(300);
    assert.equal(visit.paused, false);
    assert.deepEqual(log.heard, ['one', 'two', 'three']);
  });

  test('R64 connections that share a rate take turns', async () => {
    const bounded = new Bounded({ messagesPerSecond: 20, burstMessages: 2, scope: 'all' });
    const visits = Array.from({ length: 4 }, () => bounded.accept());
    for (const { visit } of visits) visit.send(textOf(numbered(100)));
    await bounded.pass(2000);
    assert.ok(bounded.logs.all.length >= 38 && bounded.logs.all.length <= 47, `${bounded.logs.all.length} in 2 s`);
    for (const { log } of visits) assert.ok(log.heard.length >= 8, `${log.heard.length}`);
  });

  test('R64 two throttles bound both, and a wait is not idleness', async () => {
    const slow = { messagesPerSecond: 1, burstMessages: 1 };
    const bounded = new Bounded({ messagesPerSecond: 1000 }, (factory) =>
      timeoutIdle(throttle(factory, slow), { idleTimeoutMs: 700 }),
    );
    const { visit, log } = bounded.accept();
    visit.send(textOf(numbered(4)));
    await bounded.pass(2500);
    assert.equal(log.reason, undefined);
    assert.ok(log.heard.length >= 3 && log.heard.length <= 4, `${log.heard.length}`);
  });

  test('R64 this side may leave while a message waits: it is not passed on, and no timer is left', async () => {
    for (const how of ['close', 'abort'] as const) {
      const bounded = new Bounded({ messagesPerSecond: 1, burstMessages: 1 });
      const { visit, log } = bounded.accept();
      visit.send(textOf(numbered(5)));
      await settle();
      const { length } = log.heard;
      if (how === 'close') log.transport.loseConnection();
      else log.transport.abortConnection();
      await bounded.pass(100);
      visit.sink?.onEof();
      visit.settle();
      await bounded.pass(100);
      assert.ok(log.reason !== undefined, how);
      assert.equal(log.heard.length, length);
      assert.equal(bounded.house.backend.alarmAt, undefined, how);
      assert.deepEqual(bounded.house.reports, []);
    }
  });

  test('R64 its options say what is wrong, and what is shown', () => {
    for (const [options, message] of [
      [{ messagesPerSecond: 0 }, 'messagesPerSecond is 0, not a finite number above 0'],
      [
        { messagesPerSecond: 100, burstMessages: 9 },
        'burstMessages is 9, not at least 10, a tenth of messagesPerSecond',
      ],
    ] as const) {
      assert.throws(() => throttle(new Logs(), options), { name: 'RangeError', message });
    }
    const shared = throttle(new Logs(), { messagesPerSecond: 10, burstMessages: 3, scope: 'all' });
    assert.deepEqual(shared.describePolicies(), [
      { policy: 'throttle', scope: 'all', messagesPerSecond: 10, burstMessages: 3, messageTokens: 3 },
    ]);
  });
});
