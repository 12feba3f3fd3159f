import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connector, ReconnectOptions } from 'couplet';
import { ReconnectingClientFactory } from 'couplet';
import fc from 'fast-check';
import { Engine } from '../../src/engine/engine.ts';
import { FakeBackend } from '../fake-backend.ts';

/** A connector whose attempts a test fails by hand. It writes down when each began. */
class FakeConnector implements Connector {
  readonly destination: string = 'nowhere:1';
  readonly began: number[] = [];
  stopped = 0;
  state: 'connecting' | 'connected' | 'disconnected' = 'disconnected';
  readonly #backend: FakeBackend;
  readonly #factory: ReconnectingClientFactory;

  constructor(backend: FakeBackend, factory: ReconnectingClientFactory) {
    this.#backend = backend;
    this.#factory = factory;
  }

  connect(): void {
    assert.equal(this.state, 'disconnected');
    this.state = 'connecting';
    this.began.push(this.#backend.time);
    this.#factory.startedConnecting(this);
  }

  fail(): void {
    this.state = 'disconnected';
    this.#factory.clientConnectionFailed(this, new Error('refused'));
  }

  lose(): void {
    this.state = 'disconnected';
    this.#factory.clientConnectionLost(this, new Error('lost'));
  }

  stopConnecting(): void {
    this.stopped += 1;
  }

  getPeer(): null {
    return null;
  }
  whenConnected(): Promise<never> {
    return Promise.reject(new Error('never'));
  }
  disconnect(): void {}
}

function setUp(options: ReconnectOptions): {
  backend: FakeBackend;
  factory: ReconnectingClientFactory;
  connector: FakeConnector;
  reports: string[];
} {
  const backend = new FakeBackend();
  const factory = new ReconnectingClientFactory(options);
  const engine = new Engine(backend);
  const reports: string[] = [];
  engine.observe({ error: ({ error }) => void reports.push(String(error)) }, {});
  factory.doStart(engine);
  const connector = new FakeConnector(backend, factory);
  connector.connect();
  return { backend, factory, connector, reports };
}

/** Fails so many attempts, each at once, and tells the waits between them. */
function waits({ backend, connector }: { backend: FakeBackend; connector: FakeConnector }, count: number): number[] {
  const waits: number[] = [];
  for (let failed = 0; failed < count; failed += 1) {
    const then = backend.time;
    connector.fail();
    while (connector.state === 'disconnected' && backend.alarmAt !== undefined)
      backend.advance(backend.alarmAt - backend.time);
    waits.push(backend.time - then);
  }
  return waits;
}

describe('ReconnectingClientFactory', () => {
  test('R22 waits 1 s at first, then 1.5 times as long each time, and never above 60 s', () => {
    const all = waits(setUp({ jitter: 'none' }), 20);
    assert.deepEqual(all.slice(0, 4), [1000, 1500, 2250, 3375]);
    assert.deepEqual(all.slice(-6), [60_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  });

  test('R22 all of it is options', () => {
    const all = waits(setUp({ jitter: 'none', initialDelayMs: 10, factor: 3, maxDelayMs: 200, maxRetries: 5 }), 6);
    assert.deepEqual(all, [10, 30, 90, 200, 200, 0]);
  });

  test('R22 full jitter waits a random part of the delay', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 12 }),
        (chances) => {
          const scene = setUp({});
          let bound = 1000;
          for (const chance of chances) {
            scene.backend.chance = chance;
            const [wait = Number.NaN] = waits(scene, 1);
            assert.ok(Math.abs(wait - chance * bound) < 1e-6, `${wait} for ${chance} of ${bound}`);
            bound = Math.min(bound * 1.5, 60_000);
          }
        },
      ),
    );
  });

  test('R22 a connection that is lost is made again too', () => {
    const { backend, connector } = setUp({ jitter: 'none' });
    connector.state = 'connected';
    connector.lose();
    backend.advance(999);
    assert.equal(connector.began.length, 1);
    backend.advance(1);
    assert.deepEqual(connector.began, [0, 1000]);
  });

  test('R22 resetDelay begins again with the first delay and no retries counted', () => {
    const scene = setUp({ jitter: 'none', maxRetries: 3 });
    assert.deepEqual(waits(scene, 3), [1000, 1500, 2250]);
    scene.factory.resetDelay();
    assert.deepEqual(waits(scene, 4), [1000, 1500, 2250, 0]);
  });

  test('R22 maxRetries 0 never tries again', () => {
    const { backend, connector } = setUp({ maxRetries: 0 });
    connector.fail();
    assert.equal(backend.alarmAt, undefined);
  });

  test('R22 stopTrying takes back the attempt that waits, for good', () => {
    const { backend, factory, connector } = setUp({ jitter: 'none' });
    connector.fail();
    factory.stopTrying();
    assert.equal(backend.alarmAt, undefined);
    factory.retry(connector);
    backend.advance(100_000);
    assert.deepEqual(connector.began, [0]);
  });

  test('R22 stopTrying cancels the attempt that is under way, and leaves a connection alone', () => {
    const trying = setUp({});
    trying.factory.stopTrying();
    assert.equal(trying.connector.stopped, 1);
    const connected = setUp({});
    connected.connector.state = 'connected';
    connected.factory.stopTrying();
    assert.equal(connected.connector.stopped, 0);
  });

  test('R58 retryPolicy is asked with the failures, and used as it is', () => {
    const asked: number[] = [];
    const scene = setUp({
      maxRetries: 4,
      retryPolicy: (failures) => {
        asked.push(failures);
        return 7 * failures;
      },
    });
    assert.deepEqual(waits(scene, 3), [7, 14, 21]);
    scene.factory.resetDelay();
    scene.factory.retryPolicy = () => 5;
    assert.deepEqual(waits(scene, 2), [5, 5]);
    assert.deepEqual(asked, [1, 2, 3]);
  });

  test('R58 a retryPolicy that returns Infinity, or fails, stops trying; a failure is reported', () => {
    for (const [policy, reports] of [
      [() => Number.POSITIVE_INFINITY, []],
      [() => -1, ['RangeError: what retryPolicy returned is -1, not a number of at least 0']],
      [() => assert.fail('no policy'), ['AssertionError [ERR_ASSERTION]: no policy']],
    ] as const) {
      const { backend, factory, connector, reports: told } = setUp({ retryPolicy: policy });
      connector.fail();
      assert.equal(backend.alarmAt, undefined);
      factory.retryPolicy = undefined;
      factory.retry(connector);
      assert.equal(backend.alarmAt, undefined);
      assert.deepEqual(told, reports);
    }
  });

  test('a bad option is a RangeError that names it', () => {
    for (const [option, value] of Object.entries({ initialDelayMs: -1, maxDelayMs: Number.NaN, factor: 0.9 })) {
      assert.throws(() => new ReconnectingClientFactory({ [option]: value }), new RegExp(`^RangeError: ${option} is `));
    }
  });
});
