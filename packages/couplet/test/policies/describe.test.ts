import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, type Details, Factory, Protocol } from 'couplet';
import type { Policy } from 'couplet/policies';
import {
  guard,
  limitConnections,
  limitPerPeer,
  logTraffic,
  throttle,
  timeoutAbsolute,
  timeoutIdle,
  timeoutMessage,
} from 'couplet/policies';
import { Book, granted, shown } from './book.ts';
import { Recorders } from './recorder.ts';
import { House } from './visit.ts';

describe('describePolicies', () => {
  test('R44 is empty for a factory without policies', () => {
    assert.deepEqual(Factory.forProtocol(Protocol).describePolicies(), []);
  });

  test('R44 shows each policy, the outermost first, with its numbers at this time', () => {
    const timed = timeoutAbsolute(
      timeoutIdle(timeoutMessage(new Recorders(), { messageTimeoutMs: 10_000 }), { idleTimeoutMs: 30_000 }),
      { timeoutMs: 600_000 },
    );
    const limited = limitPerPeer(limitConnections(timed, { max: 100 }), { max: 4 });
    const house = new House(logTraffic(limited, () => {}));
    const factory = limited;
    house.accept().cut();
    house.accept();
    house.accept({ family: 'IPv4', host: '192.0.2.7', port: 1 });
    house.accept();
    assert.deepEqual(factory.describePolicies(), [
      { policy: 'limitPerPeer', peers: 2, max: 4 },
      { policy: 'limitConnections', open: 3, max: 100 },
      { policy: 'timeoutAbsolute', timeoutMs: 600_000 },
      { policy: 'timeoutIdle', idleTimeoutMs: 30_000 },
      { policy: 'timeoutMessage', messageTimeoutMs: 10_000 },
    ]);
    assert.deepEqual(logTraffic(new Recorders(), () => {}).describePolicies(), [
      { policy: 'logTraffic', connections: 0 },
    ]);
  });

  test('R44 a limit with a ledger names its class, and what holds without it', () => {
    const options = { max: 3, ledger: new Book(granted), whenAway: 'local' } as const;
    const shared = { max: 3, ledger: 'Book', whenAway: 'local' };
    assert.deepEqual(limitConnections(limitPerPeer(new Recorders(), options), options).describePolicies(), [
      { policy: 'limitConnections', open: 0, ...shared },
      { policy: 'limitPerPeer', peers: 0, ...shared },
    ]);
  });

  test('R44 a throttle shows its rates and, if all share them, the tokens that are left', () => {
    const rates = { readBytesPerSecond: 1000, writeBytesPerSecond: 2000, burstBytes: 500 };
    assert.deepEqual(throttle(new Recorders(), rates).describePolicies(), [
      {
        policy: 'throttle',
        scope: 'connection',
        readBytesPerSecond: 1000,
        readBurstBytes: 500,
        writeBytesPerSecond: 2000,
        writeBurstBytes: 500,
      },
    ]);
    const factory = throttle(new Recorders(), { readBytesPerSecond: 1000, burstBytes: 500, scope: 'all' });
    const tokens = (): unknown => shown(factory, 'readTokens');
    assert.equal(tokens(), 500);
    const house = new House(factory);
    house.accept().send(Buffer.alloc(400));
    assert.equal(tokens(), 100);
    house.pass(100);
    assert.equal(tokens(), 200);
  });

  test('R44 a client factory shows them as well', () => {
    const factory = timeoutIdle(ClientFactory.forProtocol(Protocol), { idleTimeoutMs: 5 });
    assert.deepEqual(timeoutAbsolute(factory, { timeoutMs: 9 }).describePolicies(), [
      { policy: 'timeoutAbsolute', timeoutMs: 9 },
      { policy: 'timeoutIdle', idleTimeoutMs: 5 },
    ]);
  });

  class Quota implements Policy {
    readonly #details: () => unknown;
    constructor(details: () => unknown) {
      this.#details = details;
    }
    filter(): undefined {
      return undefined;
    }
    // Code without types may return anything.
    describe(): Details {
      return Object(this.#details());
    }
  }
  const detailed = (details: () => unknown): readonly Details[] =>
    limitConnections(guard(new Recorders(), new Quota(details)), { max: 1 })
      .describePolicies()
      .slice(1);

  test('R44 a policy that shows nothing is left out, and one that throws shows its error', () => {
    assert.deepEqual(guard(new Recorders(), { filter: () => undefined }).describePolicies(), []);
    assert.deepEqual(
      detailed(() => {
        throw new Error('no \u001b[31mquota');
      }),
      [{ policy: 'Quota', error: 'Error: no \\u001b[31mquota' }],
    );
  });

  test('R44 details are cut: 20 entries, and 200 printable characters of each text', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`n${at}`, at]));
    assert.deepEqual(Object.keys(detailed(() => many)[0] ?? {}), ['policy', ...Object.keys(many).slice(0, 19)]);
    const [cut = {}] = detailed(() => ({
      text: 'x'.repeat(500),
      lines: '\n'.repeat(500),
      [`\r${'k'.repeat(300)}`]: 1,
      flag: true,
    }));
    const { text, lines, flag } = cut;
    assert.deepEqual([text, lines, flag], ['x'.repeat(200), '\\n'.repeat(100), 'true']);
    assert.ok(Object.keys(cut).every((name) => name.length <= 200 && !name.includes('\r')));
  });
});
