import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ErrorReport } from 'couplet';
import { Protocol } from 'couplet';
import { Connection } from '../src/engine/connection.ts';
import type { Unsettled } from '../src/engine/engine.ts';
import { Engine } from '../src/engine/engine.ts';
import { boundsOf } from '../src/protocol/connection-options.ts';
import { isThenable } from '../src/protocol/thenable.ts';
import { FakeBackend } from './fake-backend.ts';
import { FakeWire } from './fake-wire.ts';

function setUp(): { backend: FakeBackend; engine: Engine; log: string[] } {
  const backend = new FakeBackend();
  return { backend, engine: new Engine(backend), log: [] };
}

/** Something that settles by writing its name down. */
function named(log: string[], name: string): Unsettled {
  return {
    settle: () => {
      log.push(name);
      return false;
    },
  };
}

describe('a run of the Engine', () => {
  test('R10 what is unsettled settles once, when the outermost upcall ends', () => {
    const { backend, engine, log } = setUp();
    engine.enter();
    engine.unsettle(named(log, 'a'));
    engine.enter();
    engine.unsettle(named(log, 'b'));
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
    engine.unsettle(named(log, 'a'));
    engine.unsettle(named(log, 'b'));
    assert.equal(backend.deferred.length, 1);
    assert.deepEqual(log, []);
    backend.runDeferred();
    assert.deepEqual(log, ['a', 'b']);
    engine.unsettle(named(log, 'c'));
    assert.equal(backend.deferred.length, 1);
  });

  test('a run that comes before the deferred one settles all, and the deferred one nothing', () => {
    const { backend, engine, log } = setUp();
    engine.unsettle(named(log, 'a'));
    engine.enter();
    engine.leave();
    assert.deepEqual(log, ['a']);
    backend.runDeferred();
    assert.deepEqual(log, ['a']);
  });

  test('what settling leaves unsettled settles in a further round', () => {
    const { engine, log } = setUp();
    engine.enter();
    engine.unsettle({
      settle: () => {
        log.push('first');
        engine.unsettle(named(log, 'second'));
        return false;
      },
    });
    engine.unsettle(named(log, 'beside'));
    engine.leave();
    assert.deepEqual(log, ['first', 'beside', 'second']);
  });

  test('two that unsettle each other for ever let other events have their turn', () => {
    const { backend, engine } = setUp();
    let settled = 0;
    const restless: Unsettled = {
      settle: () => {
        settled += 1;
        engine.unsettle(restless);
        return false;
      },
    };
    engine.enter();
    engine.unsettle(restless);
    engine.leave();
    const once = settled;
    assert.ok(once >= 1 && once <= 100, `${once} rounds in one run`);
    assert.equal(backend.yielded.length, 1);
    backend.yielded.shift()?.();
    assert.equal(settled, 2 * once);
    assert.equal(backend.yielded.length, 1);
  });

  test('R10 what a delayed call unsettles settles when it ends', () => {
    const { backend, engine, log } = setUp();
    engine.callLater(5, () => {
      engine.unsettle(named(log, 'settled'));
      log.push('called');
    });
    backend.advance(5);
    assert.deepEqual(log, ['called', 'settled']);
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
    assert.match(backend.complaints[0] ?? '', /^a delayed call: failing: Error: no\\nway \(/);
    const [head, frame] = backend.layouts[0] ?? [];
    assert.equal(head, 'a delayed call: failing: Error: no\\nway');
    assert.match(frame ?? '', /^ {4}at /);
  });

  test('a promise that rejects is reported too', async () => {
    const { backend, engine } = setUp();
    engine.callLater(1, () => Promise.reject(new Error('later')));
    backend.advance(1);
    await Promise.resolve();
    assert.match(backend.complaints[0] ?? '', /^a delayed call: an anonymous function: Error: later/);
  });

  test('R8 the names in a report are one printable line each', () => {
    const { engine } = setUp();
    const reports: ErrorReport[] = [];
    engine.observe({ error: (one) => reports.push(one) });
    engine.report({ who: 'a\nb', where: 'c\u202ed', error: 5 });
    assert.deepEqual(reports, [{ who: 'a\\nb', where: 'c\\u202ed', error: 5 }]);
  });

  test('R23 an observer that takes errors gets them instead of standard error', () => {
    const { backend, engine } = setUp();
    const reports: ErrorReport[] = [];
    const report = { who: 'w', where: 'c', error: 5 };
    engine.observe({});
    engine.report(report);
    assert.deepEqual(backend.complaints, ['w: c: 5']);
    engine.observe({ error: (one) => reports.push(one) });
    engine.report(report);
    assert.deepEqual(reports, [report]);
    assert.equal(backend.complaints.length, 1);
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
    const connection = new Connection(engine, wire, protocol, boundsOf({}), undefined).start();
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
