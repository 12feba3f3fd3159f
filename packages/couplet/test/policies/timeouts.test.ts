import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TimeoutError } from 'couplet';
import { limitConnections, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import fc from 'fast-check';
import { Recorders } from './recorder.ts';
import { House } from './visit.ts';

/** How late a deadline may be noticed. */
const LATE_MS = 1000;

function idleHouse(idleTimeoutMs = 5000): { house: House; recorders: Recorders } {
  const recorders = new Recorders();
  return { house: new House(timeoutIdle(recorders, { idleTimeoutMs })), recorders };
}

describe('timeoutIdle', () => {
  test('R43 a connection on which nothing moves is cut, and connectionLost gets a TimeoutError', () => {
    const { house, recorders } = idleHouse();
    const visit = house.accept();
    house.pass(4999);
    assert.deepEqual(visit.calls, []);
    house.pass(1);
    assert.deepEqual(visit.calls, ['abort']);
    visit.settle();
    assert.ok(recorders.last.reason instanceof TimeoutError);
    assert.equal(recorders.last.reason.message, 'nothing moved for 5 s');
    assert.equal(house.backend.alarmAt, undefined);
  });

  test('R43 what arrives and what is sent both move the deadline', () => {
    const { house, recorders } = idleHouse();
    const visit = house.accept();
    house.pass(4000);
    visit.send('?');
    house.pass(4000);
    recorders.last.transport.write('!');
    house.pass(4000);
    assert.deepEqual(visit.calls, []);
    house.pass(1000 + LATE_MS);
    assert.deepEqual(visit.calls, ['abort']);
  });

  test('R43 a slow download is not idle: each part of a chunk that the kernel takes shows it', () => {
    const { house, recorders } = idleHouse();
    const visit = house.accept(undefined, Array(100).fill(false));
    recorders.last.transport.write(Buffer.alloc(512 * 1024));
    house.backend.runDeferred();
    let steps = 0;
    for (; visit.sent < 512 * 1024; steps += 1) {
      house.pass(4500);
      assert.deepEqual(
        visit.calls.filter((call) => call === 'abort'),
        [],
        `after ${visit.sent} bytes`,
      );
      visit.drain();
    }
    assert.ok(steps >= 8, `${steps} steps`);
    house.pass(5000 + LATE_MS);
    assert.ok(visit.calls.includes('abort'));
  });

  test('R43 a peer that stopped reading is idle', () => {
    const { house, recorders } = idleHouse();
    const visit = house.accept(undefined, [false]);
    recorders.last.transport.write(Buffer.alloc(1_000_000));
    house.pass(5000 + LATE_MS);
    assert.ok(visit.calls.includes('abort'));
  });

  test('R43 while a throttle holds a connection back it is not idle, whichever of the two is further out', () => {
    const slow = { readBytesPerSecond: 1000 } as const;
    for (const stack of [
      (recorders: Recorders) => timeoutIdle(throttle(recorders, slow), { idleTimeoutMs: 5000 }),
      (recorders: Recorders) => throttle(timeoutIdle(recorders, { idleTimeoutMs: 5000 }), slow),
    ]) {
      const recorders = new Recorders();
      const house = new House(stack(recorders));
      const visit = house.accept();
      visit.send(Buffer.alloc(21_000));
      house.pass(20_000);
      assert.deepEqual(visit.calls, ['pause', 'resume']);
      house.pass(5000 + LATE_MS);
      assert.deepEqual(visit.calls, ['pause', 'resume', 'abort']);
    }
  });

  test('R43 for any traffic it is never early, and at most a second late', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constantFrom('join' as const), ms: fc.nat(3000) }),
      fc.record({ kind: fc.constantFrom('send' as const, 'answer' as const), which: fc.nat(5), ms: fc.nat(3000) }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40, size: 'max' }), (moves) => {
        const { house, recorders } = idleHouse(2000);
        const guests: { visit: ReturnType<House['accept']>; moved: number; end: number | undefined }[] = [];
        const look = (ms: number): void => {
          for (let passed = 0; passed < ms; passed += 50) {
            house.pass(50);
            for (const guest of guests) if (guest.visit.calls.includes('abort')) guest.end ??= house.backend.time;
          }
        };
        for (const move of moves) {
          look(move.ms);
          if (move.kind === 'join') {
            guests.push({ visit: house.accept(), moved: house.backend.time, end: undefined });
            continue;
          }
          const guest = guests[move.which];
          if (guest === undefined || guest.end !== undefined || house.backend.time >= guest.moved + 2000) continue;
          if (move.kind === 'send') guest.visit.send('?');
          else {
            recorders.made[move.which]?.transport.write('!');
            house.backend.runDeferred();
          }
          guest.moved = house.backend.time;
        }
        look(2000 + LATE_MS + 50);
        for (const { moved, end } of guests) {
          assert.ok(end !== undefined && end >= moved + 2000 && end <= moved + 2000 + LATE_MS, `${moved} -> ${end}`);
        }
        for (const { visit } of guests) visit.settle();
        assert.equal(house.backend.alarmAt, undefined);
      }),
      { numRuns: 200 },
    );
  });

  test('names an option that is out of its bounds', () => {
    for (const idleTimeoutMs of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => timeoutIdle(new Recorders(), { idleTimeoutMs }), {
        name: 'RangeError',
        message: `idleTimeoutMs is ${idleTimeoutMs}, not a finite number above 0`,
      });
    }
  });
});

describe('the cost of timeoutIdle', () => {
  test('10,000 connections with traffic set one alarm', () => {
    const { house } = idleHouse();
    const visits = Array.from({ length: 10_000 }, () => house.accept());
    for (const visit of visits) for (let count = 0; count < 10; count += 1) visit.send('?');
    assert.equal(house.backend.alarms, 1);
  });

  test('connections whose times end one after the other are looked at together', () => {
    const { house } = idleHouse();
    for (let count = 0; count < 1000; count += 1) {
      house.accept();
      house.pass(5);
    }
    house.pass(5000);
    assert.ok(house.backend.rings <= 12, `${house.backend.rings} rings`);
  });
});

describe('timeoutAbsolute', () => {
  test('R43 a connection is cut when its time is up, whatever it does', () => {
    const recorders = new Recorders();
    const house = new House(timeoutAbsolute(recorders, { timeoutMs: 5000 }));
    const visit = house.accept();
    for (let second = 0; second < 4; second += 1) {
      house.pass(1000);
      visit.send('.');
      recorders.last.transport.write('.');
    }
    house.pass(999);
    assert.deepEqual(
      visit.calls.filter((call) => call === 'abort'),
      [],
    );
    house.pass(1 + LATE_MS);
    assert.ok(visit.calls.includes('abort'));
    visit.settle();
    assert.ok(recorders.last.reason instanceof TimeoutError);
    assert.equal(recorders.last.reason.message, 'the connection lasted 5 s, its longest time');
  });

  test('R43 the slot of a connection that was cut is free again', () => {
    const limited = limitConnections(timeoutAbsolute(new Recorders(), { timeoutMs: 10 }), { max: 1 });
    const house = new House(limited);
    const visit = house.accept();
    house.pass(10);
    assert.equal(house.accept().admitted, false);
    visit.settle();
    assert.equal(house.accept().admitted, true);
  });

  test('R25 a connection that ends before leaves no alarm behind', () => {
    const recorders = new Recorders();
    const house = new House(timeoutAbsolute(recorders, { timeoutMs: 5000 }));
    house.accept().cut();
    assert.equal(house.backend.alarmAt, undefined);
    assert.equal(recorders.last.reason?.name, 'ConnectionLost');
  });

  test('a factory may serve two reactors, each with its own time', () => {
    const guarded = timeoutAbsolute(new Recorders(), { timeoutMs: 1000 });
    const [one, other] = [new House(guarded), new House(guarded)];
    one.backend.time = 1_000_000;
    const [first, second] = [one.accept(), other.accept()];
    one.pass(999);
    other.pass(1000);
    assert.deepEqual([first.calls, second.calls], [[], ['abort']]);
    one.pass(1);
    assert.deepEqual(first.calls, ['abort']);
  });

  test('names an option that is out of its bounds', () => {
    assert.throws(
      () => timeoutAbsolute(new Recorders(), { timeoutMs: 0 }),
      /^RangeError: timeoutMs is 0, not a finite number above 0$/,
    );
  });
});
