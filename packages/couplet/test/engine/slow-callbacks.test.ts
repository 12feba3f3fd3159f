import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Observer, SlowCallback, TimedCallback } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { guard } from 'couplet/policies';
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
  test('E-5 of 50 ms is told once, with its class, name and connection; one of 5 ms is not', () => {
    const { told, callbacks, observer } = noting();
    const { takes, begin, engine } = scene(observer);
    const sink = begin();
    takes.dataReceived = 5;
    sink.onData(Buffer.from('a'));
    assert.deepEqual(told, []);
    takes.dataReceived = 50;
    sink.onData(Buffer.from('a'));
    assert.deepEqual(told, ['Sluggish dataReceived 50']);
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

  test('outside of a run begins when it does, also behind a run without callbacks', () => {
    const { told, observer } = noting();
    const { backend, engine } = scene(observer);
    engine.run(() => {});
    backend.time += 1000;
    engine.guard('Clerk', 'stamp', () => {
      backend.time += 11;
    });
    assert.deepEqual(told, ['Clerk stamp 11']);
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

/** Notes all callbacks: who, where, when each began and when it ended. */
function recording(): { told: string[]; observer: Observer } {
  const told: string[] = [];
  const callback = ({ who, where, ms, at, connection }: TimedCallback): void => {
    told.push(`${who} ${where} ${at - ms} to ${at}${connection === undefined ? '' : ` of #${connection}`}`);
  };
  return { told, observer: { callback } };
}

describe('R46 a recorded callback', () => {
  test('is told once, however short it is, with when it began and ended', () => {
    const { told, observer } = recording();
    const { takes, begin, engine, backend } = scene(observer);
    backend.time = 1000;
    takes.buildProtocol = 20;
    takes.connectionMade = 3;
    const sink = begin();
    backend.time = 2000;
    sink.onData(Buffer.from('a'));
    backend.time = 3000;
    takes.connectionLost = 1;
    sink.onClosed({ kind: 'done', code: '', detail: '' });
    assert.deepEqual(told, [
      'Factory admit 1000 to 1000',
      'Factory buildProtocol 1000 to 1020',
      'Sluggish connectionMade 1020 to 1023 of #2',
      'Sluggish dataReceived 2000 to 2000 of #2',
      'Sluggish stopProducing 3000 to 3000 of #2',
      'Sluggish connectionLost 3000 to 3001 of #2',
    ]);
    assert.equal(engine.stopwatch?.view().held.length, 1);
  });

  /** What both observers are told of a write that pauses a producer within `dataReceived`. */
  const nested = (dataReceived: number, pauseProducing: number) => {
    const { told, observer } = recording();
    const slow = noting();
    const { takes, begin, engine } = scene(observer);
    engine.observe(slow.observer);
    const sink = begin();
    told.length = 0;
    Object.assign(takes, { dataReceived, pauseProducing });
    sink.onData(Buffer.alloc(100_000));
    return { told, slow, held: engine.stopwatch?.view().held };
  };

  test('inside another lies in its time, and neither hides it nor makes it slow', () => {
    // Neither is slow alone; the time of the one inside, which is not told as slow, counts for the one around it.
    const { told, slow, held } = nested(6, 7);
    assert.deepEqual(told, [
      'Sluggish pauseProducing 6 to 13 of #2',
      'Sluggish dataReceived 0 to 13 of #2',
      'Sluggish resumeProducing 13 to 13 of #2',
    ]);
    assert.deepEqual(slow.told, ['Sluggish dataReceived 13']);
    assert.deepEqual(held, slow.callbacks);
  });

  test('inside another is told with its whole time, also when it is slow', () => {
    const { told, slow } = nested(3, 70);
    assert.deepEqual(told, [
      'Sluggish pauseProducing 3 to 73 of #2',
      'Sluggish dataReceived 0 to 73 of #2',
      'Sluggish resumeProducing 73 to 73 of #2',
    ]);
    assert.deepEqual(slow.told, ['Sluggish pauseProducing 70']);
  });

  test('makes no other slow by what its observer does', () => {
    const slow = noting();
    const { takes, begin, engine, backend } = scene(slow.observer);
    engine.observe({
      callback: () => {
        backend.time += 30;
      },
    });
    const sink = begin();
    takes.dataReceived = 3;
    takes.pauseProducing = 4;
    sink.onData(Buffer.alloc(100_000));
    assert.deepEqual(slow.told, []);
  });

  test('of a policy and of a timer is told as well, and one that throws', () => {
    const { told, observer } = recording();
    const { backend, engine } = scene(observer);
    engine.callLater(1, function dawdle() {
      backend.time += 5;
      throw new Error('no');
    });
    backend.advance(1);
    assert.deepEqual(told, ['a delayed call dawdle 1 to 6']);
    const factory = guard(Factory.forProtocol(Protocol), {
      filter: () => {
        backend.time += 7;
        return undefined;
      },
    });
    told.length = 0;
    backend.time = 100;
    new Admission(engine, factory, { bounds: boundsOf({}) }, originOf(engine, factory), {
      building: () => {},
      seated: (connection) => void connection.start(),
      refused: () => {},
      lost: () => {},
    }).begin(new FakeWire());
    assert.deepEqual(told.slice(0, 2), ['Factory admit 100 to 107', 'Factory buildProtocol 107 to 107']);
  });

  test('leaves the clock alone once nobody asks for it', () => {
    const { observer } = recording();
    const { begin, engine, looks } = scene();
    const sink = begin();
    const leave = engine.observe(observer);
    sink.onData(Buffer.from('a'));
    leave();
    const before = looks();
    sink.onData(Buffer.from('a'));
    assert.deepEqual([engine.stopwatch, looks()], [undefined, before]);
  });
});

describe('R47 E-7 without observers', () => {
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
