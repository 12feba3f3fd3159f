import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ThrottleOptions, throttle } from 'couplet/policies';
import fc from 'fast-check';
import { Bucket } from '../../src/policies/bucket.ts';
import { Recorders } from './recorder.ts';
import { House, type Visit } from './visit.ts';

const GRAIN = 50;

function throttled(options: ThrottleOptions): { house: House; recorders: Recorders } {
  const recorders = new Recorders();
  return { house: new House(throttle(recorders, options)), recorders };
}

/** Expects that of what went out, at those times, no stretch of time has more than the rate and the burst allow. */
function expectWithin(log: readonly { time: number; sent: number }[], rate: number, burst: number): void {
  for (const [at, { time, sent }] of log.entries()) {
    for (const later of log.slice(at)) {
      const most = burst + (rate * (later.time - time)) / 1000;
      assert.ok(later.sent - sent <= most + 1, `${later.sent - sent} bytes from ${time} to ${later.time}`);
    }
  }
}

describe('throttle, writing', () => {
  test('R43 it delays and never drops: an orderly close sends everything first', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 1000, burstBytes: 500 });
    const visit = house.accept();
    const poem = Buffer.from(Array.from({ length: 3500 }, (_, at) => at % 251));
    recorders.last.transport.write(poem);
    recorders.last.transport.loseConnection();
    house.backend.runDeferred();
    const log = [{ time: house.backend.time, sent: 0 }];
    for (let passed = 0; passed < 2900; passed += 10) {
      log.push({ time: house.backend.time, sent: visit.sent });
      house.pass(10);
    }
    expectWithin(log, 1000, 500);
    assert.deepEqual(
      visit.calls.filter((call) => call !== 'resume'),
      [],
    );
    house.pass(100 + GRAIN);
    assert.deepEqual(
      visit.calls.filter((call) => call !== 'resume'),
      ['end'],
    );
    assert.ok(visit.output.equals(poem));
  });

  test('R43 it makes use of the whole rate', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 100_000, burstBytes: 10_000 });
    const visit = house.accept();
    recorders.last.transport.write(Buffer.alloc(2_000_000));
    house.pass(10_000);
    assert.ok(visit.sent >= 1_000_000 && visit.sent <= 1_010_000, `${visit.sent} bytes in 10 s`);
  });

  test('R11 back-pressure reaches the producer', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 1000 });
    house.accept();
    const { transport } = recorders.last;
    const log: string[] = [];
    transport.registerProducer(
      {
        pauseProducing: () => void log.push('pause'),
        resumeProducing: () => void log.push('resume'),
        stopProducing: () => void log.push('stop'),
      },
      true,
    );
    transport.write(Buffer.alloc(70_000));
    house.backend.runDeferred();
    assert.deepEqual(log, ['pause']);
    house.pass(69_000 + GRAIN);
    assert.deepEqual(log, ['pause', 'resume']);
  });

  test('a kernel that is slower than the rate is waited for', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 1000 });
    const visit = house.accept(undefined, Array(20).fill(false));
    recorders.last.transport.write(Buffer.alloc(3000));
    house.backend.runDeferred();
    house.pass(60_000);
    assert.equal(visit.sent, 0);
    for (let step = 0; step < 40; step += 1) {
      visit.drain();
      house.pass(1000);
    }
    assert.equal(visit.sent, 3000);
  });

  test('R6 an abort while it waits leaves nothing behind', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 1000 });
    const visit = house.accept();
    recorders.last.transport.write(Buffer.alloc(5000));
    house.backend.runDeferred();
    assert.notEqual(house.backend.alarmAt, undefined);
    recorders.last.transport.abortConnection();
    assert.deepEqual(visit.calls, ['abort']);
    assert.equal(house.backend.alarmAt, undefined);
    visit.settle();
    house.pass(10_000);
    assert.equal(visit.sent, 1000);
    assert.equal(recorders.last.reason?.name, 'ConnectionAborted');
  });

  test('R43 for any writes, rate and burst, everything goes out in order and nothing too soon', () => {
    const write = fc.record({ size: fc.integer({ min: 1, max: 3000 }), ms: fc.nat(2000) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 5 }),
        fc.integer({ min: 1000, max: 20_000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        (writes, rate, more, answers) => {
          const burst = Math.ceil(rate / 10) + more;
          const { house, recorders } = throttled({ writeBytesPerSecond: rate, burstBytes: burst });
          const visit = house.accept(undefined, answers);
          const log = [{ time: house.backend.time, sent: 0 }];
          const look = (ms: number): void => {
            for (let passed = 0; passed <= ms; passed += 40) {
              visit.drain();
              log.push({ time: house.backend.time, sent: visit.sent + visit.held });
              house.pass(40);
            }
          };
          const written: Buffer[] = [];
          for (const { size, ms } of writes) {
            const chunk = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + size) % 256));
            written.push(chunk);
            recorders.last.transport.write(chunk);
            house.backend.runDeferred();
            look(ms);
          }
          const all = Buffer.concat(written);
          look((1000 * all.length) / rate + 21 * (GRAIN + 40) + 1000);
          assert.ok(visit.output.equals(all), `${visit.sent} of ${all.length}`);
          expectWithin(log, rate, burst);
          assert.equal(house.backend.alarmAt, undefined);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('throttle, reading', () => {
  test('R43 who received too much reads no more until it is paid for', () => {
    const { house, recorders } = throttled({ readBytesPerSecond: 1000 });
    const visit = house.accept();
    visit.send('x'.repeat(1000));
    assert.deepEqual(visit.calls, []);
    visit.send('x'.repeat(2000));
    assert.deepEqual(visit.calls, ['pause']);
    assert.equal(recorders.last.received.length, 3000);
    house.pass(1999);
    assert.equal(visit.paused, true);
    house.pass(1 + GRAIN);
    assert.equal(visit.paused, false);
  });

  test('R14 both must want to read: the throttle and the protocol', () => {
    const { house, recorders } = throttled({ readBytesPerSecond: 1000 });
    const visit = house.accept();
    const { transport } = recorders.last;
    visit.send('x'.repeat(3000));
    transport.pauseProducing();
    house.pass(5000);
    assert.equal(visit.paused, true);
    transport.resumeProducing();
    house.backend.runDeferred();
    assert.equal(visit.paused, false);

    visit.send('x'.repeat(6000));
    transport.pauseProducing();
    transport.resumeProducing();
    house.backend.runDeferred();
    assert.equal(visit.paused, true);
    house.pass(6000 + GRAIN);
    assert.equal(visit.paused, false);
  });

  test('R25 a connection that is closed while it is in debt leaves nothing behind', () => {
    const { house, recorders } = throttled({ readBytesPerSecond: 1000 });
    const visit = house.accept();
    visit.send('x'.repeat(3000));
    visit.cut();
    assert.equal(house.backend.alarmAt, undefined);
    assert.equal(recorders.last.reason?.name, 'ConnectionLost');
  });
});

describe('throttle, shared', () => {
  test('R43 all connections share one rate, fairly', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 10_000, scope: 'all' });
    const visits = Array.from({ length: 4 }, () => house.accept());
    for (const { transport } of recorders.made) transport.write(Buffer.alloc(100_000));
    house.backend.runDeferred();
    house.pass(20_000);
    const sent = visits.map((visit) => visit.sent);
    const all = sent.reduce((sum, bytes) => sum + bytes);
    assert.ok(all > 205_000 && all <= 210_000, `${all} bytes in all`);
    const late = sent.slice(1).concat((sent[0] ?? 0) - 10_000);
    assert.ok(Math.max(...late) - Math.min(...late) <= 1024, `after the burst of the first: ${late}`);
  });

  test('R43 who comes later waits its turn, and no longer', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 10_000, scope: 'all' });
    const visits: Visit[] = Array.from({ length: 2 }, () => house.accept());
    const [big, small] = recorders.made;
    big?.transport.write(Buffer.alloc(1_000_000));
    house.pass(3000);
    small?.transport.write('hello');
    house.pass(200);
    assert.equal(visits[1]?.sent, 5);
  });

  test('R43 each connection has its own rate unless they share one', () => {
    const { house, recorders } = throttled({ writeBytesPerSecond: 10_000 });
    const visits = Array.from({ length: 3 }, () => house.accept());
    for (const { transport } of recorders.made) transport.write(Buffer.alloc(100_000));
    house.pass(2000);
    for (const { sent } of visits) assert.ok(sent > 29_000 && sent <= 30_000, `${sent} bytes`);
  });
});

describe('the options of throttle', () => {
  test('name what is out of bounds', () => {
    const faults: [options: ThrottleOptions, message: string][] = [
      [{}, 'throttle needs readBytesPerSecond, writeBytesPerSecond or messagesPerSecond'],
      [{ readBytesPerSecond: 0 }, 'readBytesPerSecond is 0, not a finite number above 0'],
      [{ writeBytesPerSecond: -1 }, 'writeBytesPerSecond is -1, not a finite number above 0'],
      [{ readBytesPerSecond: 1000, burstBytes: Number.NaN }, 'burstBytes is NaN, not a finite number above 0'],
      [
        { readBytesPerSecond: 1000, burstBytes: 99 },
        'burstBytes is 99, not at least 100, a tenth of readBytesPerSecond',
      ],
    ];
    for (const [options, message] of faults) {
      assert.throws(() => throttle(new Recorders(), options), { name: 'RangeError', message });
    }
    const options: ThrottleOptions = { readBytesPerSecond: 1 };
    Object.assign(options, { scope: 'some' });
    assert.throws(() => throttle(new Recorders(), options), {
      name: 'TypeError',
      message: "scope is the string 'some', not one of 'connection', 'all'",
    });
  });
});

describe('Bucket', () => {
  test('holds a burst at first, and again after a pause, and fills at its rate between', () => {
    const bucket = new Bucket(1000, 500);
    assert.equal(bucket.room(0), 500);
    assert.ok(bucket.take(500, 0) <= 0);
    assert.equal(bucket.room(0), 0);
    assert.equal(bucket.room(100), 100);
    assert.equal(bucket.take(300, 100), 300);
    assert.equal(bucket.room(300), 0);
    assert.equal(bucket.room(1e9), 500);
  });

  test('serves those who wait in their order', () => {
    const bucket = new Bucket(1000, 100);
    bucket.take(100, 0);
    assert.deepEqual([bucket.take(50, 0), bucket.take(50, 0), bucket.take(1, 10)], [50, 100, 101]);
  });
});
