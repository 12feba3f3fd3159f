import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ErrorReport } from 'couplet';
import { Protocol } from 'couplet';
import { Connections } from '../../src/engine/connections.ts';
import type { Flushable } from '../../src/engine/engine.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { isThenable } from '../../src/values/thenable.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

function setUp(): { backend: FakeBackend; engine: Engine; log: string[] } {
  const backend = new FakeBackend();
  return { backend, engine: new Engine(backend), log: [] };
}

/** Something that settles by writing its name down. */
function named(log: string[], name: string): Flushable {
  return {
    flush: () => {
      log.push(name);
      return false;
    },
  };
}

describe('a run of the Engine', () => {
  test('R10 what is unsettled settles once, when the outermost upcall ends', () => {
    const { backend, engine, log } = setUp();
    engine.enter();
    engine.schedule(named(log, 'a'));
    engine.enter();
    engine.schedule(named(log, 'b'));
    engine.leave();
    assert.deepEqual(log, []);
    engine.leave();
    assert.deepEqual(log, ['a', 'b']);
    engine.enter();
    engine.leave();
    assert.deepEqual(log, ['a', 'b']);
    assert.deepEqual([backend.deferred.length, backend.yielded.length], [0, 0]);
  });

  test('R10 outside of a run one is deferred, for all together', () => {
    const { backend, engine, log } = setUp();
    engine.schedule(named(log, 'a'));
    engine.schedule(named(log, 'b'));
    assert.equal(backend.deferred.length, 1);
    assert.deepEqual(log, []);
    backend.runDeferred();
    assert.deepEqual(log, ['a', 'b']);
    engine.schedule(named(log, 'c'));
    assert.equal(backend.deferred.length, 1);
  });

  test('a run that comes before the deferred one settles all, and the deferred one nothing', () => {
    const { backend, engine, log } = setUp();
    engine.schedule(named(log, 'a'));
    engine.enter();
    engine.leave();
    assert.deepEqual(log, ['a']);
    backend.runDeferred();
    assert.deepEqual(log, ['a']);
  });

  test('what flushing leaves unsettled settles in a further round', () => {
    const { engine, log } = setUp();
    engine.enter();
    engine.schedule({
      flush: () => {
        log.push('first');
        engine.schedule(named(log, 'second'));
        return false;
      },
    });
    engine.schedule(named(log, 'beside'));
    engine.leave();
    assert.deepEqual(log, ['first', 'beside', 'second']);
  });

  test('two that schedule each other for ever let other events have their turn', () => {
    const { backend, engine } = setUp();
    let settled = 0;
    const restless: Flushable = {
      flush: () => {
        settled += 1;
        engine.schedule(restless);
        return false;
      },
    };
    engine.enter();
    engine.schedule(restless);
    engine.leave();
    const once = settled;
    assert.ok(once >= 1 && once <= 100, `${once} rounds in one run`);
    backend.runYielded();
    assert.equal(settled, 2 * once);
    backend.runYielded();
    assert.equal(settled, 3 * once);
  });

  test('R10 what a delayed call unsettles settles when it ends', () => {
    const { backend, engine, log } = setUp();
    engine.callLater(5, () => {
      engine.schedule(named(log, 'settled'));
      log.push('called');
    });
    backend.advance(5);
    assert.deepEqual(log, ['called', 'settled']);
  });
});

describe('R60 a turn of the Engine', () => {
  /** Something that takes so many milliseconds to settle, and goes on as often as said. */
  function slow(backend: FakeBackend, engine: Engine, log: string[], name: string, ms: number, times = 1): Flushable {
    let left = times;
    const one: Flushable = {
      flush: () => {
        log.push(name);
        backend.time += ms;
        left -= 1;
        if (left > 0) engine.schedule(one);
        return true;
      },
    };
    return one;
  }

  test('is over after 10 ms, and the rest goes on behind the other events, in order', () => {
    const { backend, engine, log } = setUp();
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    engine.enter();
    for (const name of names) engine.schedule(slow(backend, engine, log, name, 4));
    engine.leave();
    // The clock is looked at after each: the first look begins the 10 ms.
    assert.deepEqual(log, names.slice(0, 4));
    backend.runYielded();
    assert.deepEqual(log, names.slice(0, 8));
    while (backend.runYielded() > 0);
    assert.deepEqual(log, names);
  });

  test('another event has all of its own turn before the rest goes on, and nothing is settled twice', () => {
    const { backend, engine, log } = setUp();
    engine.enter();
    for (const name of ['a', 'b', 'c']) engine.schedule(slow(backend, engine, log, name, 20));
    engine.leave();
    assert.deepEqual(log, ['a', 'b']);
    engine.run(() => engine.schedule(named(log, 'another event')));
    assert.deepEqual(log, ['a', 'b', 'another event']);
    while (backend.runYielded() > 0);
    assert.deepEqual(log, ['a', 'b', 'another event', 'c']);
  });

  test('ends: a new one has all its time, and what came in between leaves at once', () => {
    const { backend, engine, log } = setUp();
    engine.run(() => engine.schedule(slow(backend, engine, log, 'long', 50, 3)));
    while (backend.runYielded() > 0);
    assert.deepEqual(log, ['long', 'long', 'long']);
    engine.run(() => engine.schedule(named(log, 'next')));
    assert.equal(log.at(-1), 'next');
    assert.deepEqual([backend.yielded.length, engine.hasTime], [0, true]);
  });

  test('runs that follow one another without an event count as one', () => {
    const { backend, engine, log } = setUp();
    engine.run(() => {});
    let runs = 0;
    for (; log.length === runs && runs < 100; runs += 1) {
      engine.schedule(named(log, 'again'));
      backend.time += 2;
      backend.runDeferred();
    }
    assert.ok(runs > 5 && runs < 20, `${runs} runs`);
    assert.equal(log.length, runs - 1);
    while (backend.runYielded() > 0);
    assert.equal(log.length, runs);
  });

  test('events that follow one another before the loop comes around count as one, and each has its turn', () => {
    const { backend, engine, log } = setUp();
    const event = (name: string): void =>
      engine.run(() => {
        for (const step of [1, 2]) engine.schedule(slow(backend, engine, log, `${name}${step}`, 6));
      });
    for (const name of ['a', 'b', 'c', 'd']) event(name);
    assert.deepEqual(log, ['a1', 'a2', 'b1', 'c1', 'd1']);
    while (backend.runYielded() > 0);
    assert.deepEqual(log.slice(5), ['b2', 'c2', 'd2']);
  });

  test('a run that finds nothing to do leaves no turn exhausted', () => {
    const { backend, engine, log } = setUp();
    engine.run(() => {});
    for (let run = 0; run < 20; run += 1) {
      engine.schedule(named(log, 'settled'));
      const { turn } = engine;
      engine.enter();
      engine.leave();
      assert.equal(engine.turn, turn + 1);
      backend.time += 100;
      backend.runDeferred();
    }
    assert.deepEqual([log.length, backend.yielded.length], [20, 0]);
  });

  test('code that writes on and on is told that there is no time for more', () => {
    const { backend, engine } = setUp();
    engine.enter();
    let writes = 0;
    while (engine.hasTime && writes < 1_000_000) {
      writes += 1;
      backend.time += 0.01;
    }
    assert.ok(writes * 0.01 > 10 && writes * 0.01 < 25, `${writes} writes`);
    engine.leave();
    // Nothing waits, so the turn is over with the run.
    engine.enter();
    engine.leave();
    assert.equal(engine.hasTime, true);
  });

  test('R8 one that throws as it settles is reported, and leaves the others their turn', () => {
    const { backend, engine, log } = setUp();
    const failing: Flushable = {
      flush: () => {
        throw new Error('no way');
      },
    };
    engine.run(() => {
      engine.schedule(failing);
      engine.schedule(named(log, 'the other'));
    });
    engine.schedule(failing);
    engine.schedule(named(log, 'deferred'));
    backend.runDeferred();
    assert.deepEqual(log, ['the other', 'deferred']);
    assert.equal(backend.warnings.length, 2);
    assert.match(backend.warnings[0] ?? '', /^the engine: flush: Error: no way/);
  });

  test('R8 whatever a task throws, the run is over, and the next one settles', () => {
    const { backend, engine, log } = setUp();
    const slip = new Error('a slip');
    const throwing = (): never => {
      engine.schedule(named(log, 'settled'));
      throw slip;
    };
    assert.throws(() => engine.run(throwing), slip);
    assert.deepEqual(log, ['settled']);
    engine.defer(throwing);
    assert.throws(() => backend.runDeferred(), slip);
    backend.deferred.length = 0;
    engine.yield(throwing);
    assert.throws(() => backend.runYielded(), slip);
    engine.run(() => engine.schedule(named(log, 'and on')));
    assert.deepEqual(log, ['settled', 'settled', 'settled', 'and on']);
  });
});

describe('the errors that an Engine hears of', () => {
  test('R24 a delayed call that throws is reported, and the others run', () => {
    const { backend, engine, log } = setUp();
    function failing(): void {
      throw new Error('no\nway');
    }
    engine.callLater(1, failing);
    engine.callLater(1, (what: string) => log.push(what), 'the other');
    backend.advance(1);
    assert.deepEqual(log, ['the other']);
    assert.match(backend.warnings[0] ?? '', /^a delayed call: failing: Error: no\\nway \(/);
    const [head, frame] = backend.layouts[0] ?? [];
    assert.equal(head, 'a delayed call: failing: Error: no\\nway');
    assert.match(frame ?? '', /^ {4}at /);
  });

  test('a promise that rejects is reported too', async () => {
    const { backend, engine } = setUp();
    engine.callLater(1, () => Promise.reject(new Error('later')));
    backend.advance(1);
    await Promise.resolve();
    assert.match(backend.warnings[0] ?? '', /^a delayed call: an anonymous function: Error: later/);
  });

  test('R8 the names in a report are one printable line each', () => {
    const { engine } = setUp();
    const reports: ErrorReport[] = [];
    engine.observe({ error: (one) => reports.push(one) });
    engine.report({ who: 'a\nb', where: 'c\u202ed', error: 5 });
    assert.deepEqual(reports, [{ who: 'a\\nb', where: 'c\\u202ed', error: 5 }]);
  });

  test('an error is printed beside an observer that only watches, and not once another one takes it', () => {
    const backend = new FakeBackend();
    const engine = new Engine(backend);
    const watched: ErrorReport[] = [];
    engine.observe({ error: (report) => watched.push(report) }, { takesErrors: false });
    engine.report({ who: 'w', where: 'c', error: 5 });
    const leave = engine.observe({ error: () => {} });
    engine.report({ who: 'w', where: 'c', error: 6 });
    leave();
    engine.report({ who: 'w', where: 'c', error: 7 });
    assert.deepEqual(backend.warnings, ['w: c: 5', 'w: c: 7']);
    assert.deepEqual(
      watched.map(({ error }) => error),
      [5, 6, 7],
    );
  });

  test('R8 an error is printed when the observer that takes errors throws, beside what it throws', () => {
    const { backend, engine } = setUp();
    engine.observe({
      error: () => {
        throw new Error('a slip');
      },
    });
    engine.report({ who: 'Echo', where: 'dataReceived', error: new Error('no way') });
    assert.deepEqual(
      backend.warnings.map((line) => line.replace(/ \(.*/s, '')),
      ['an observer: observe: Error: a slip', 'Echo: dataReceived: Error: no way'],
    );
  });

  test('R23 an observer that takes errors gets them instead of standard error', () => {
    const { backend, engine } = setUp();
    const reports: ErrorReport[] = [];
    const report = { who: 'w', where: 'c', error: 5 };
    engine.observe({});
    engine.report(report);
    assert.deepEqual(backend.warnings, ['w: c: 5']);
    engine.observe({ error: (one) => reports.push(one) });
    engine.report(report);
    assert.deepEqual(reports, [report]);
    assert.equal(backend.warnings.length, 1);
  });
});

describe('the promise of a callback', () => {
  test('R8a of another make, which calls back twice, counts once', async () => {
    const { backend, engine } = setUp();
    const wire = new FakeWire();
    let open = true;
    wire.pause = () => {
      open = false;
    };
    wire.resume = () => {
      open = true;
    };
    const protocol = new Protocol();
    const connection = new StreamTransport(
      engine,
      wire,
      protocol,
      boundsOf({}),
      new Connections(engine, originOf(engine)),
    ).start();
    const hear = async (answer: object): Promise<boolean> => {
      protocol.dataReceived = () => Object(answer);
      connection.onData(Buffer.from('!'));
      await setImmediate();
      connection.pauseProducing();
      connection.resumeProducing();
      backend.runDeferred();
      return open;
    };
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    assert.equal(await hear({ then: (kept: () => void) => [kept(), kept()] }), true);
    assert.equal(await hear(new Promise(() => {})), false);
  });
});

describe('isThenable', () => {
  test('is true for what can be awaited, and for nothing else', () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    for (const yes of [Promise.resolve(), { then: () => {} }]) assert.equal(isThenable(yes), true);
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    for (const no of [undefined, null, 0, '', 'then', {}, { then: 1 }, () => {}]) assert.equal(isThenable(no), false);
  });
});
