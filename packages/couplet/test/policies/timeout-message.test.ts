import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, Protocol, TimeoutError } from 'couplet';
import { lines } from 'couplet/framing';
import { throttle, timeoutMessage } from 'couplet/policies';
import { FrameReceiver, Int16StringReceiver, LineReceiver, NetstringReceiver } from 'couplet/protocols';
import fc from 'fast-check';
import { House, type Visit } from './visit.ts';

const TIMEOUT_MS = 5000;
/** How late a deadline may be noticed. */
const LATE_MS = 1000;

/** What the receivers of a test share: what they got, why they ended, and what a callback returns. */
class Log {
  readonly got: string[] = [];
  reason: Error | undefined;
  answer: () => Promise<void> | undefined = () => undefined;

  take(message: Buffer): Promise<void> | undefined {
    this.got.push(message.toString('latin1'));
    return this.answer();
  }
}

/** A format, its receiver, and a message in that format. */
interface Format {
  readonly encode: (text: string) => Buffer;
  readonly receiver: (log: Log) => Protocol<unknown>;
}

const FORMATS: Readonly<Record<string, Format>> = {
  lines: {
    encode: (text) => Buffer.from(`${text}\r\n`),
    receiver: (log) =>
      new (class extends LineReceiver<unknown> {
        override lineReceived(line: Buffer): Promise<void> | undefined {
          return log.take(line);
        }
        override connectionLost(reason: Error): void {
          log.reason = reason;
        }
      })(),
  },
  netstrings: {
    encode: (text) => Buffer.from(`${text.length}:${text},`),
    receiver: (log) =>
      new (class extends NetstringReceiver<unknown> {
        override stringReceived(string: Buffer): Promise<void> | undefined {
          return log.take(string);
        }
        override connectionLost(reason: Error): void {
          log.reason = reason;
        }
      })(),
  },
  'strings behind a length': {
    encode: (text) => Buffer.concat([Buffer.of(text.length >> 8, text.length & 0xff), Buffer.from(text)]),
    receiver: (log) =>
      new (class extends Int16StringReceiver<unknown> {
        override stringReceived(string: Buffer): Promise<void> | undefined {
          return log.take(string);
        }
        override connectionLost(reason: Error): void {
          log.reason = reason;
        }
      })(),
  },
  'frames of a decoder': {
    encode: (text) => Buffer.from(`${text}\n`),
    receiver: (log) =>
      new (class extends FrameReceiver<Buffer, unknown> {
        readonly decoder = lines({ delimiter: '\n' });
        override frameReceived(frame: Buffer): Promise<void> | undefined {
          return log.take(frame);
        }
        override connectionLost(reason: Error): void {
          log.reason = reason;
        }
      })(),
  },
};

class Receivers extends Factory {
  readonly #make: () => Protocol<unknown>;
  constructor(make: () => Protocol<unknown>) {
    super();
    this.#make = make;
  }
  override buildProtocol(): Protocol<unknown> {
    return this.#make();
  }
}

function open(format: Format): { house: House; visit: Visit; log: Log } {
  const log = new Log();
  const factory = new Receivers(() => format.receiver(log));
  const house = new House(timeoutMessage(factory, { messageTimeoutMs: TIMEOUT_MS }));
  return { house, visit: house.accept(), log };
}

const cutOff = ({ calls }: Visit): boolean => calls.includes('abort');

/** Lets so much time pass, and everything happen that promises lead to. */
async function pass(house: House, ms: number): Promise<void> {
  house.pass(ms);
  await new Promise(setImmediate);
  house.pass(0);
}

for (const [name, format] of Object.entries(FORMATS)) {
  describe(`timeoutMessage, ${name}`, () => {
    test('R43 a message that is not whole in time ends the connection, whatever drips in', () => {
      const { house, visit, log } = open(format);
      const message = format.encode('x'.repeat(300));
      let sent = 0;
      for (; !cutOff(visit) && sent < 50; sent += 1) {
        visit.send(message.subarray(sent, sent + 1));
        house.pass(500);
      }
      const lasted = 500 * sent;
      assert.ok(lasted >= TIMEOUT_MS && lasted <= TIMEOUT_MS + LATE_MS, `it lasted ${lasted} ms`);
      visit.settle();
      assert.ok(log.reason instanceof TimeoutError);
      assert.equal(log.reason.message, 'a message was not whole after 5 s');
    });

    test('R43 a connection on which no message has begun is not timed', () => {
      const { house, visit } = open(format);
      house.pass(10 * TIMEOUT_MS);
      visit.send(format.encode('hello'));
      house.pass(10 * TIMEOUT_MS + 300);
      assert.equal(cutOff(visit), false);
      // Nor does the time without one count.
      visit.send(format.encode('hello').subarray(0, 2));
      house.pass(TIMEOUT_MS - 1);
      assert.equal(cutOff(visit), false);
      house.pass(1 + LATE_MS);
      assert.equal(cutOff(visit), true);
    });

    test('R43 messages that never end with their chunk are not cut short', () => {
      const { house, visit, log } = open(format);
      const [head, tail] = [format.encode('hello').subarray(0, 3), format.encode('hello').subarray(3)];
      visit.send(head);
      for (let count = 0; count < 20; count += 1) {
        house.pass(1000);
        visit.send(Buffer.concat([tail, format.encode('whole'), head]));
      }
      assert.equal(cutOff(visit), false);
      assert.equal(log.got.length, 40);
      house.pass(TIMEOUT_MS + LATE_MS);
      assert.equal(cutOff(visit), true);
    });

    test('R43 whole messages before one in the same chunk give it no more time', () => {
      const { house, visit } = open(format);
      visit.send(Buffer.concat([format.encode('a'), format.encode('b'), format.encode('hello').subarray(0, 3)]));
      house.pass(4000);
      visit.send(format.encode('hello').subarray(3, 4));
      house.pass(1000 + LATE_MS);
      assert.equal(cutOff(visit), true);
    });

    test('R43 the time in which this side does not read does not count', async () => {
      const { house, visit, log } = open(format);
      let done: () => void = () => {};
      log.answer = () =>
        new Promise((resolve) => {
          done = resolve;
        });
      const whole = [format.encode('a'), format.encode('b'), format.encode('c')];
      visit.send(Buffer.concat([...whole, format.encode('hello').subarray(0, 3)]));
      // Three whole messages and a part of one are there, and each takes longer than a message may.
      for (const got of ['a', 'b', 'c']) {
        await pass(house, 3 * TIMEOUT_MS);
        assert.deepEqual([cutOff(visit), log.got.at(-1)], [false, got]);
        done();
        await pass(house, 0);
      }
      assert.equal(visit.paused, false);
      await pass(house, TIMEOUT_MS - 1);
      assert.equal(cutOff(visit), false);
      await pass(house, 1 + LATE_MS);
      assert.equal(cutOff(visit), true);
    });

    test('R43 pausing stops the time of a message, and does not begin it anew', () => {
      const log = new Log();
      const receiver = format.receiver(log);
      const factory = new Receivers(() => receiver);
      const house = new House(timeoutMessage(factory, { messageTimeoutMs: TIMEOUT_MS }));
      const visit = house.accept();
      visit.send(format.encode('hello').subarray(0, 3));
      for (let count = 0; count < 4; count += 1) {
        house.pass(1000);
        receiver.transport.pauseProducing();
        house.pass(7777);
        receiver.transport.resumeProducing();
        house.pass(0);
        assert.equal(cutOff(visit), false);
      }
      house.pass(999);
      assert.equal(cutOff(visit), false);
      house.pass(1 + LATE_MS);
      assert.equal(cutOff(visit), true);
    });

    test('R43 once this side closes, what is left of a message is not waited for', () => {
      const log = new Log();
      const receiver = format.receiver(log);
      const house = new House(timeoutMessage(new Receivers(() => receiver), { messageTimeoutMs: TIMEOUT_MS }));
      const visit = house.accept(undefined, [false]);
      visit.send(format.encode('hello').subarray(0, 3));
      receiver.transport.write(Buffer.alloc(200_000));
      receiver.transport.loseConnection();
      house.pass(10 * TIMEOUT_MS);
      assert.equal(cutOff(visit), false);
    });

    test('R43 for any cuts and pauses it is never early, and at most a second late', () => {
      const step = fc.record({ size: fc.nat(30), ms: fc.nat(2500) });
      fc.assert(
        fc.property(
          fc.array(fc.nat(40), { minLength: 1, maxLength: 10 }),
          fc.array(step, { maxLength: 40 }),
          (sizes, steps) => {
            const { house, visit } = open(format);
            const messages = sizes.map((size) => format.encode('m'.repeat(size)));
            const bytes = Buffer.concat(messages);
            const ends = messages.map((_, at) =>
              messages.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0),
            );
            /** Since when the message has been there that is not whole. */
            let since: number | undefined;
            let [at, whole] = [0, 0];
            for (const { size, ms } of [...steps, { size: 0, ms: TIMEOUT_MS + LATE_MS + 50 }]) {
              const to = Math.min(bytes.length, at + size);
              if (to > at) {
                visit.send(bytes.subarray(at, to));
                const ended = ends.filter((end) => end <= to).length;
                if (ends.includes(to)) since = undefined;
                else if (ended > whole || since === undefined) since = house.backend.time;
                [at, whole] = [to, ended];
              }
              for (let passed = 0; passed < ms; passed += 50) {
                house.pass(50);
                const lasted = since === undefined ? 0 : house.backend.time - since;
                if (cutOff(visit)) {
                  assert.ok(lasted >= TIMEOUT_MS && lasted <= TIMEOUT_MS + LATE_MS, `cut after ${lasted} ms`);
                  return;
                }
                assert.ok(lasted <= TIMEOUT_MS + LATE_MS, `${lasted} ms`);
              }
            }
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}

describe('timeoutMessage', () => {
  const { lines: LINES } = FORMATS;

  test('R43 nothing is timed where no message is held: no clock is read for a chunk, and no timer set', () => {
    assert.ok(LINES !== undefined);
    const { house, visit } = open(LINES);
    const { alarms } = house.backend;
    const { now } = house.backend.clock;
    let reads = 0;
    Object.assign(house.backend.clock, {
      now: () => {
        reads += 1;
        return now();
      },
    });
    visit.send('one\r\ntwo\r\n');
    const whole = reads;
    visit.send('thr');
    visit.send('ee\r\n');
    assert.deepEqual([whole, house.backend.alarms], [0, alarms]);
    assert.equal(reads, 1, 'when a message begins');
  });

  test('R43 a protocol that does not tell what it holds is not timed', () => {
    const house = new House(timeoutMessage(Factory.forProtocol(Protocol), { messageTimeoutMs: TIMEOUT_MS }));
    const visit = house.accept();
    visit.send('half a mess');
    house.pass(10 * TIMEOUT_MS);
    assert.equal(cutOff(visit), false);
  });

  test('R43 any protocol may tell what it holds', () => {
    class Own extends Protocol<unknown> {
      heldBytes = 0;
      override dataReceived(data: Buffer): void {
        this.heldBytes += data.length;
      }
    }
    const house = new House(timeoutMessage(new Receivers(() => new Own()), { messageTimeoutMs: TIMEOUT_MS }));
    const visit = house.accept();
    visit.send('half');
    house.pass(TIMEOUT_MS + LATE_MS);
    assert.equal(cutOff(visit), true);
  });

  test('R8 one that throws when it is asked what it holds ends alone', () => {
    class Opaque extends Protocol<unknown> {
      get heldBytes(): number {
        throw new Error('a secret');
      }
    }
    const house = new House(timeoutMessage(new Receivers(() => new Opaque()), { messageTimeoutMs: TIMEOUT_MS }));
    const visit = house.accept();
    visit.send('half');
    assert.equal(visit.calls.at(-1), 'abort');
    visit.send('half');
    assert.deepEqual(
      house.reports.map(({ where }) => where),
      ['heldBytes'],
    );
  });

  test('R43 a throttle further in only delays', () => {
    assert.ok(LINES !== undefined);
    const log = new Log();
    const slow = throttle(new Receivers(() => LINES.receiver(log)), { readBytesPerSecond: 100 });
    const house = new House(timeoutMessage(slow, { messageTimeoutMs: TIMEOUT_MS }));
    const visit = house.accept();
    for (let sent = 0; sent < 3000; sent += 500) {
      visit.send('x'.repeat(500));
      for (let waits = 0; visit.paused && waits < 100; waits += 1) house.pass(100);
    }
    visit.send('\r\n');
    house.pass(0);
    assert.deepEqual([cutOff(visit), log.got.map(({ length }) => length)], [false, [3000]]);
    assert.ok(house.backend.time > 3 * TIMEOUT_MS);
  });

  test('its timer ends with the last connection', () => {
    assert.ok(LINES !== undefined);
    const { house, visit } = open(LINES);
    visit.send('half');
    visit.cut();
    assert.equal(house.backend.alarmAt, undefined);
  });

  test('names an option that is out of its bounds', () => {
    for (const messageTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => timeoutMessage(Factory.forProtocol(Protocol), { messageTimeoutMs }), {
        name: 'RangeError',
        message: /^messageTimeoutMs is /,
      });
  });
});
