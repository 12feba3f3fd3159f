// What an application returns where nothing was expected: its rejection has to be reported, and never to be unhandled.
import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ErrorReport, Observer } from 'couplet';
import { Factory, Protocol, Reactor } from 'couplet';
import { awaited, promiseOf } from '../../src/values/thenable.ts';
import { FakeBackend } from '../fake-backend.ts';
import { Line, serve } from '../line.ts';

const slip = new Error('a slip');
const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
before(() => process.on('unhandledRejection', note));
after(() => {
  process.off('unhandledRejection', note);
});

/** A promise whose `then` hands on a promise of its own that rejects, too. */
class Restless extends Promise<void> {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  override then<A = void, B = never>(): Promise<A | B> {
    return Promise.reject(new Error('of its own'));
  }
}

/** What claims to be a promise, as those of libraries that can be cancelled. */
function cancellable(promise: Promise<unknown>): unknown {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  const own = { then: promise.then.bind(promise), cancel: () => {} };
  return Object.setPrototypeOf(own, Promise.prototype);
}

/** What rejects with the slip, in every make. */
const makes: readonly [name: string, make: () => unknown][] = [
  ['an async function', async () => Promise.reject(slip)],
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  ['a thenable that rejects', () => ({ then: (_kept: unknown, broken: (reason: Error) => void) => broken(slip) })],
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  ['a thenable whose then is async and throws', () => ({ then: () => Promise.reject(slip) })],
  [
    'a thenable whose then throws',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what it is about
      then: () => {
        throw slip;
      },
    }),
  ],
  ['a promise that can be cancelled', () => cancellable(Promise.reject(slip))],
  ['a promise whose then returns one that rejects', () => Restless.reject(slip)],
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  ['a promise with a then of its own', () => Object.assign(Promise.reject(slip), { then: () => Promise.reject(slip) })],
];

/** Where the application may return something, and what is reported then. */
const places: readonly [where: string, act: (make: () => unknown) => ErrorReport[] | string[]][] = [
  [
    'a callback of a connection',
    (make) => {
      const protocol = new Protocol();
      protocol.dataReceived = () => Object(make());
      const line = new Line(protocol);
      line.hear('!');
      return line.reports;
    },
  ],
  ['a handler of serve', (make) => serve(() => Object(make())).reports],
  [
    'a delayed call',
    (make) => {
      const [reactor, backend, reports] = observed();
      reactor.callLater(0, make);
      backend.advance(0);
      return reports;
    },
  ],
  [
    'callWhenRunning',
    (make) => {
      const [reactor, , reports] = observed();
      reactor.callWhenRunning(make);
      void reactor.run({ signals: false });
      reactor.stop();
      return reports;
    },
  ],
  ...(['before', 'during', 'after'] as const).map((phase): [string, (make: () => unknown) => ErrorReport[]] => [
    `a trigger ${phase} startup`,
    (make) => {
      const [reactor, , reports] = observed();
      reactor.addSystemEventTrigger(phase, 'startup', make);
      void reactor.run({ signals: false });
      reactor.stop();
      return reports;
    },
  ]),
  [
    'an observer',
    (make) => {
      const backend = new FakeBackend();
      const reactor = new Reactor(backend);
      const observer: Observer = { error: () => Object(make()) };
      reactor.observe(observer);
      reactor.report({ who: 'a test', where: 'here', error: new Error('what is observed') });
      return backend.warnings;
    },
  ],
];

function observed(): [Reactor, FakeBackend, ErrorReport[]] {
  const backend = new FakeBackend();
  const reactor = new Reactor(backend);
  const reports: ErrorReport[] = [];
  reactor.observe({ error: (report) => reports.push(report) });
  return [reactor, backend, reports];
}

describe('R8 what rejects is reported once, and never unhandled', () => {
  for (const [where, act] of places) {
    for (const [name, make] of makes) {
      test(`${where}: ${name}`, async () => {
        unhandled.length = 0;
        const reports = act(make);
        await setImmediate();
        await setImmediate();
        assert.equal(reports.length, 1, JSON.stringify(reports));
        const [report] = reports;
        if (typeof report === 'string') assert.match(report, /^an observer: observe: Error: a slip/);
        else assert.equal(report?.error, slip);
        assert.deepEqual(unhandled, []);
      });
    }
  }

  for (const [name, make] of makes) {
    test(`startFactory: ${name} rejects the listening`, async () => {
      unhandled.length = 0;
      const factory = Factory.forProtocol(Protocol);
      factory.startFactory = () => Object(make());
      await assert.rejects(new Reactor(new FakeBackend()).listenTCP(0, factory, { interface: '127.0.0.1' }), slip);
      await setImmediate();
      assert.deepEqual(unhandled, []);
    });
  }
});

describe('promiseOf', () => {
  test('gives a plain promise back, and makes no other', () => {
    const promise = Promise.resolve();
    assert.equal(promiseOf(promise), promise);
  });

  test('waits for a promise that can be cancelled, as for any other', async () => {
    let keep: (value: string) => void = () => {};
    const inner = new Promise<string>((resolve) => {
      keep = resolve;
    });
    const promise = promiseOf(cancellable(inner) as Promise<string>);
    keep('kept');
    assert.equal(await promise, 'kept');
  });

  test('does not call back in the middle of what runs now', async () => {
    let done = false;
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    const prompt: PromiseLike<void> = { then: (kept) => Object(kept?.()) };
    const promise = promiseOf(prompt);
    void promise.then(() => {
      done = true;
    });
    assert.equal(done, false);
    await promise;
  });
});

describe('awaited', () => {
  test('resolves to what cannot be awaited, too', async () => {
    assert.deepEqual(
      [await awaited(5), await awaited(undefined), await awaited(Promise.resolve(1))],
      [5, undefined, 1],
    );
  });
});

describe('R39 a handler of the promise face', () => {
  test('that leaves a frame un-awaited ends its connection, not the process', async () => {
    const line = serve((connection) => {
      void connection.lines().next();
      throw slip;
    });
    await line.settle();
    line.cut();
    await setImmediate();
    assert.deepEqual(unhandled, []);
    assert.equal(line.inlet.reason, slip);
  });

  test('that throws what cannot even be asked for its class is reported', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const line = serve(() => {
      throw proxy;
    });
    await line.settle();
    await setImmediate();
    assert.deepEqual(unhandled, []);
    assert.equal(line.reports.length, 1);
  });
});
