import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from 'couplet';
import { LineOnlyReceiver } from 'couplet/protocols';
import type { Result } from '../../src/protocol/protocol.ts';
import { Deferred } from '../deferred.ts';
import { Line } from '../line.ts';

/** Writes down its lines and its end. */
class Listener extends LineOnlyReceiver {
  readonly log: string[] = [];
  reason: Error | undefined;
  /** What it does with a line. */
  heard: (line: string) => Result = () => {};
  override lineReceived(line: Buffer): Result {
    this.log.push(line.toString());
    return this.heard(line.toString());
  }
  override connectionLost(reason: Error): Result {
    this.reason = reason;
    this.log.push('lost');
  }
}

const TEN = Array.from({ length: 10 }, (_, index) => `${index}`);
const POEM = TEN.map((line) => `${line}\r\n`).join('');

/** A connection on which ten lines have come in one chunk; what it does with each is given. */
function told(heard: (line: string, listener: Listener) => Result = () => {}): Line<Listener> {
  const listener = new Listener();
  const line = new Line(listener);
  listener.heard = (text) => heard(text, listener);
  line.hear(POEM);
  return line;
}

/** Settles until nothing changes. */
async function rest({ settle }: { settle(): Promise<void> }): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await settle();
}

describe('R8a a wire that is gone while the protocol holds frames', () => {
  for (const how of ['reset', 'done'] as const) {
    test(`brings all of them first, each behind its promise, and connectionLost last (${how})`, async () => {
      const line = told(() => Promise.resolve().then(() => {}));
      line.cut(how);
      assert.deepEqual(line.inlet.log, ['0']);
      await rest({ settle: () => line.settle() });
      assert.deepEqual(line.inlet.log, [...TEN, 'lost']);
      assert.ok(line.inlet.reason instanceof (how === 'reset' ? ConnectionLost : ConnectionDone));
      assert.equal(line.backend.alarmAt, undefined);
    });
  }

  test('waits for a protocol that has paused, until it resumes', async () => {
    const line = told((text, { transport }) => {
      if (text === '4') transport.pauseProducing();
    });
    line.cut();
    await line.settle();
    assert.deepEqual(line.inlet.log, TEN.slice(0, 5));
    line.inlet.transport.resumeProducing();
    await line.settle();
    assert.deepEqual(line.inlet.log, [...TEN, 'lost']);
  });

  test('waits at most lingerTimeoutMs for a protocol that never resumes', async () => {
    const line = told((_text, { transport }) => transport.pauseProducing());
    line.cut();
    line.backend.advance(4900);
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0']);
    line.backend.advance(200);
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
    line.inlet.transport.resumeProducing();
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
    assert.equal(line.backend.alarmAt, undefined);
  });

  test('waits at most lingerTimeoutMs for a promise, and what it brings later is not delivered', async () => {
    const vow = new Deferred();
    const line = told(() => vow.promise);
    line.cut();
    line.backend.advance(5100);
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
    vow.keep();
    await rest({ settle: () => line.settle() });
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
  });

  test('does not wait when this side aborts', async () => {
    const line = told(() => new Promise(() => {}));
    line.cut();
    line.inlet.transport.abortConnection();
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
    assert.ok(line.inlet.reason instanceof ConnectionAborted);
  });

  test('does not wait for an abort of this side that came before the end', async () => {
    const line = told(() => new Promise(() => {}));
    line.inlet.transport.abortConnection();
    line.cut('done');
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
    assert.equal(line.backend.alarmAt, undefined);
  });

  test('passes no line on behind a loseConnection, and does not wait for what is not wanted', async () => {
    const line = told((text, { transport }) => {
      if (text === '1') transport.pauseProducing();
    });
    line.cut();
    await line.settle();
    line.inlet.transport.loseConnection();
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', '1', 'lost']);
    assert.equal(line.backend.alarmAt, undefined);
  });

  test('waits for the promise, not for the lines, when a pending callback has lost the connection', async () => {
    const vow = new Deferred();
    const line = told(() => vow.promise);
    line.cut();
    line.inlet.transport.loseConnection();
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0']);
    vow.keep();
    await rest({ settle: () => line.settle() });
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
  });

  test('does not wait for a protocol that paused and left before the wire was gone', async () => {
    const line = told((_text, { transport }) => {
      transport.pauseProducing();
      transport.loseConnection();
    });
    await line.settle();
    line.hearEnd();
    line.cut('done');
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
  });

  test('a promise that rejects is reported once, is the reason, and no line follows', async () => {
    const slip = new Error('a slip');
    const line = told((text) => (text === '2' ? Promise.reject(slip) : undefined));
    line.cut();
    await rest({ settle: () => line.settle() });
    assert.deepEqual(line.inlet.log, ['0', '1', '2', 'lost']);
    assert.deepEqual(
      line.reports.map(({ error }) => error),
      [slip],
    );
    assert.equal(line.inlet.reason, slip);
  });

  test('nothing is written any more, and room is not waited for', async () => {
    const vow = new Deferred();
    const line = told(() => vow.promise);
    const { transport } = line.inlet;
    line.wire.answers.push(false);
    transport.write(Buffer.alloc(100_000));
    const room = transport.drained();
    await line.settle();
    line.cut();
    assert.equal(await room, false);
    assert.equal(await transport.drained(), false);
    assert.deepEqual([transport.write('?'), transport.disconnected, transport.disconnecting], [false, true, false]);
    vow.keep();
  });

  test('R50 a reactor that stops waits for it, and ends it when its time is up', async () => {
    const line = told(() => new Promise(() => {}));
    line.cut();
    line.stop('quit');
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0']);
    line.stop('cut');
    await line.settle();
    assert.deepEqual(line.inlet.log, ['0', 'lost']);
  });

  test('connectionLost may return a promise: nothing follows, and its rejection is reported', async () => {
    const line = told();
    const slip = new Error('a slip');
    line.inlet.connectionLost = () => Promise.reject(slip);
    line.cut();
    await line.settle();
    assert.deepEqual(
      line.reports.map(({ where, error }) => [where, error]),
      [['connectionLost', slip]],
    );
    assert.equal(line.engine.live.empty, true);
  });
});

describe('R8a a connection whose write has failed', () => {
  test('takes nothing more, tells those who wait, and still delivers what had arrived', async () => {
    const line = new Line(new Listener());
    const { transport } = line.inlet;
    const producer = { log: [] as string[], resumeProducing: () => {}, stopProducing: () => {} };
    producer.stopProducing = () => producer.log.push('stop');
    transport.registerProducer(producer, false);
    line.wire.answers.push(false);
    transport.write(Buffer.alloc(100_000));
    const room = transport.drained();
    await line.settle();
    line.refuse();
    assert.equal(await room, false);
    assert.deepEqual([producer.log, transport.write('?')], [['stop'], false]);
    line.hear(POEM);
    assert.deepEqual(line.inlet.log, TEN);
    line.cut();
    await line.settle();
    assert.deepEqual(line.inlet.log, [...TEN, 'lost']);
    assert.ok(line.inlet.reason instanceof ConnectionLost);
    assert.deepEqual(line.wire.calls, []);
  });

  test('is closed when nothing arrives any more for lingerTimeoutMs', () => {
    const line = new Line(new Listener());
    line.refuse();
    line.backend.advance(4000);
    line.hear('a\r\n');
    line.backend.advance(4900);
    assert.deepEqual(line.wire.calls, []);
    line.backend.advance(200);
    assert.deepEqual(line.wire.calls, ['close']);
    line.cut();
    assert.deepEqual(line.inlet.log, ['a', 'lost']);
  });

  for (const leave of ['loseConnection', 'abortConnection'] as const) {
    test(`${leave} ends it at once`, async () => {
      const line = new Line(new Listener());
      line.refuse();
      line.inlet.transport[leave]();
      assert.deepEqual(line.wire.calls, [leave === 'loseConnection' ? 'close' : 'abort']);
      line.hear('late\r\n');
      line.cut();
      assert.deepEqual(line.inlet.log, ['lost']);
    });
  }
});

describe('R8 abort, then throw', () => {
  for (const [how, fail] of [
    [
      'throws',
      (error: Error) => {
        throw error;
      },
    ],
    ['rejects', (error: Error) => Promise.reject(error)],
  ] as const) {
    test(`the reason stays ConnectionAborted, and the error is reported once, when it ${how}`, async () => {
      const slip = new Error('a slip');
      const line = told((_text, { transport }) => {
        transport.abortConnection();
        return fail(slip);
      });
      await line.settle();
      line.cut('done');
      await line.settle();
      assert.deepEqual(
        line.wire.calls.filter((call) => call === 'abort'),
        ['abort'],
      );
      assert.ok(line.inlet.reason instanceof ConnectionAborted);
      assert.deepEqual(
        line.reports.map(({ where, error }) => [where, error]),
        [['dataReceived', slip]],
      );
    });
  }
});

describe('R3 the ConnectionDone of all connections', () => {
  test('has no stack of a place that has nothing to do with them', async () => {
    const reasons: Error[] = [];
    for (let count = 0; count < 2; count += 1) {
      const line = told();
      line.cut('done');
      assert.ok(line.inlet.reason instanceof ConnectionDone);
      reasons.push(line.inlet.reason);
    }
    assert.equal(reasons[0], reasons[1]);
    assert.doesNotMatch(reasons[0]?.stack ?? '', /\n|\bat /);
    assert.match(reasons[0]?.stack ?? '', /ConnectionDone: /);
  });
});

describe('R50 a connection that is cut as soon as it was asked to leave', () => {
  test('is told who ended it', () => {
    const line = new Line(new Listener());
    line.stop('quit');
    line.stop('cut');
    line.cut('done');
    assert.ok(line.inlet.reason instanceof ConnectionAborted);
    assert.match(line.inlet.reason.message, /the reactor stopped/);
  });

  test('keeps the reason that it had, when this side had left', async () => {
    const line = new Line(new Listener());
    line.inlet.transport.loseConnection();
    await line.settle();
    line.stop('cut');
    line.cut('done');
    assert.ok(line.inlet.reason instanceof ConnectionDone);
  });
});
