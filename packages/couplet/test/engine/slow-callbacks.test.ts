import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Observer, SlowCallback } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ATTEMPTS, CONNECTIONS } from '../../src/engine/observers.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

/** A connection whose callbacks take as long as the test says. */
function scene(observer?: Observer, slowCallbackMs?: number) {
  const backend = new FakeBackend();
  let looks = 0;
  const { now } = backend.clock;
  const clock = {
    ...backend.clock,
    now: () => {
      looks += 1;
      return now();
    },
  };
  const engine = new Engine({ ...backend, streams: backend.streams, clock });
  const takes = { connectionMade: 0, dataReceived: 0, pauseProducing: 0, connectionLost: 0, buildProtocol: 0 };
  const last = (where: keyof typeof takes): void => {
    backend.time += takes[where];
  };
  class Sluggish extends Protocol {
    override connectionMade(): void {
      last('connectionMade');
      const pauseProducing = (): void => last('pauseProducing');
      this.transport.registerProducer({ pauseProducing, resumeProducing: () => {}, stopProducing: () => {} }, true);
    }
    override dataReceived(data: Buffer): void {
      last('dataReceived');
      this.transport.write(data);
    }
    override connectionLost(): void {
      last('connectionLost');
    }
  }
  const factory = Object.assign(new Factory(), {
    buildProtocol: () => {
      last('buildProtocol');
      return new Sluggish();
    },
  });
  if (observer !== undefined) engine.observe(observer, slowCallbackMs === undefined ? {} : { slowCallbackMs });
  const admission = new Admission(engine, factory, { bounds: boundsOf({}) }, originOf(engine, factory), {
    building: () => {},
    seated: (connection) => void connection.start(),
    refused: () => {},
    lost: () => {},
  });
  const begin = (): Sink => {
    const { sink } = admission.begin(new FakeWire());
    assert.ok(sink !== null);
    return sink;
  };
  return { backend, engine, takes, begin, looks: () => looks };
}

/** Notes what is told of slow callbacks. */
function noting(): { told: string[]; callbacks: SlowCallback[]; observer: Observer } {
  const told: string[] = [];
  const callbacks: SlowCallback[] = [];
  const slowCallback = (callback: SlowCallback): void => {
    told.push(`${callback.who} ${callback.where} ${callback.ms}`);
    callbacks.push(callback);
  };
  return { told, callbacks, observer: { slowCallback } };
}

describe('R46 a slow callback', () => {
  test('of 60 ms is told once, with its class, name and connection; one of 5 ms is not', () => {
    const { told, callbacks, observer } = noting();
    const { takes, begin, engine } = scene(observer);
    const sink = begin();
    takes.dataReceived = 5;
    sink.onData(Buffer.from('a'));
    assert.deepEqual(told, []);
    takes.dataReceived = 60;
    sink.onData(Buffer.from('a'));
    assert.deepEqual(told, ['Sluggish dataReceived 60']);
    const [view] = [...engine.live].flatMap((one) => [...one.views()]);
    assert.deepEqual([callbacks[0]?.connection, callbacks[0]?.at], [view?.id, engine.now()]);
    assert.deepEqual(engine.stopwatch?.view().held, callbacks);
  });

  test('is told whichever it is', () => {
    const { told, observer } = noting();
    const { takes, begin, engine, backend } = scene(observer);
    takes.buildProtocol = 20;
    takes.connectionMade = 30;
    takes.connectionLost = 40;
    const sink = begin();
    sink.onClosed({ kind: 'done', code: '', detail: '' });
    engine.callLater(1, function dawdle() {
      backend.time += 50;
    });
    backend.advance(1);
    assert.deepEqual(told, [
      'Factory buildProtocol 20',
      'Sluggish connectionMade 30',
      'Sluggish connectionLost 40',
      'a delayed call dawdle 50',
    ]);
  });

  test('inside another is told alone: the time counts once', () => {
    const { told, observer } = noting();
    const { takes, begin } = scene(observer);
    const sink = begin();
    takes.dataReceived = 3;
    takes.pauseProducing = 70;
    sink.onData(Buffer.alloc(100_000));
    assert.deepEqual(told, ['Sluggish pauseProducing 70']);
  });

  test('does not make the one around it slow by what observers do with it', () => {
    const told: string[] = [];
    const { takes, begin, backend } = scene({
      slowCallback: ({ where, ms }) => {
        told.push(`${where} ${ms}`);
        backend.time += 30;
      },
    });
    const sink = begin();
    takes.dataReceived = 3;
    takes.pauseProducing = 70;
    sink.onData(Buffer.alloc(100_000));
    assert.deepEqual(told, ['pauseProducing 70']);
  });

  test('is told to each observer by its own bound, and to none that has left', () => {
    const [strict, lenient] = [noting(), noting()];
    const { takes, begin, engine } = scene(strict.observer, 2);
    const leave = engine.observe(lenient.observer, { slowCallbackMs: 100 });
    const sink = begin();
    for (const ms of [1, 2, 100]) {
      takes.dataReceived = ms;
      sink.onData(Buffer.from('a'));
    }
    leave();
    sink.onData(Buffer.from('a'));
    assert.deepEqual(strict.told.length, 3);
    assert.deepEqual(lenient.told, ['Sluggish dataReceived 100']);
  });

  test('that throws is told as well', () => {
    const { told, observer } = noting();
    const { backend, engine } = scene(observer);
    engine.guard('Clerk', 'stamp', () => {
      backend.time += 15;
      throw new Error('no');
    });
    assert.deepEqual(told, ['Clerk stamp 15']);
  });

  test('takes no time of others along when its stopwatch is replaced', () => {
    const { told, observer } = noting();
    const { takes, begin, engine } = scene();
    let leave = engine.observe(observer);
    const sink = begin();
    takes.dataReceived = 60;
    sink.onData(Buffer.from('a'));
    engine.guard('Clerk', 'swap', () => {
      leave();
      leave = engine.observe(observer);
    });
    assert.deepEqual(told, ['Sluggish dataReceived 60']);
  });

  test('is all that counts as busy, also when a promise goes on after a long time', () => {
    const { backend, engine } = scene({ slowCallback: () => {} });
    engine.run(() => {
      backend.time += 10;
    });
    backend.time += 1000;
    let ran = 0;
    const work = (): boolean => {
      backend.time += 20;
      ran += 1;
      return true;
    };
    engine.schedule({ flush: work });
    backend.runDeferred();
    backend.time += 1000;
    engine.defer(work);
    backend.runDeferred();
    assert.deepEqual([ran, engine.stopwatch?.view().busyMs], [2, 50]);
  });

  test('counts as busy, and timers that it delays as late', () => {
    const { engine, backend } = scene({ slowCallback: () => {} });
    const start = backend.time;
    engine.callLater(10, () => {
      backend.time += 30;
    });
    engine.callLater(20, () => {});
    backend.advance(20);
    backend.time = start + 100;
    const view = engine.stopwatch?.view();
    assert.equal(view?.busyMs, 30);
    assert.equal(view?.asleep, 0.7);
    assert.deepEqual(view?.lateMs, { p50: 20, p99: 20, max: 20 });
  });
});

describe('R47 without observers', () => {
  test('a connection reads the clock once, and chunks and writes do not read it', () => {
    const { begin, looks } = scene();
    const before = looks();
    const sink = begin();
    assert.equal(looks(), before + 1);
    for (let count = 0; count < 100; count += 1) sink.onData(Buffer.from('a'));
    assert.equal(looks(), before + 1);
  });

  test('an observer of errors alone is asked for nothing else', () => {
    const { engine, begin, looks } = scene({ error: () => {} });
    const before = looks();
    const sink = begin();
    for (let count = 0; count < 100; count += 1) sink.onData(Buffer.from('a'));
    assert.deepEqual(
      [engine.observers.ask(CONNECTIONS + ATTEMPTS), engine.stopwatch, looks()],
      [false, undefined, before + 1],
    );
  });
});
