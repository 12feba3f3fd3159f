import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListeningPort } from 'couplet';
import { IPv4Address } from 'couplet';
import { StringTransport } from 'couplet/testing';
import type { Service, ServiceContext } from '../../src/application/service.ts';
import { TimerService } from '../../src/application/timer-service.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import { never, noting } from '../application/context.ts';
import { FakeSurroundings, fixture } from './fake-surroundings.ts';

/** A service with one connection, which ends when the test or its deadline says so. */
class Busy implements Service {
  readonly name = 'busy';
  readonly connection: StringTransport = new StringTransport();
  readonly given: number[] = [];
  reloads: 'well' | 'fails' = 'well';
  #end: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  start({ '~deployment': deployment, path }: ServiceContext): void {
    const { connection } = this;
    const abort = connection.abortConnection.bind(connection);
    connection.abortConnection = (reason) => {
      abort(reason);
      this.#end();
    };
    const port: ListeningPort = {
      connections: new Set([connection]),
      getHost: () => new IPv4Address('127.0.0.1', 7),
      reload: async () => {
        if (this.reloads === 'fails') throw new Error('cert.pem is no certificate');
      },
      stopListening: async () => {},
      drain: () => never(),
      [Symbol.asyncDispose]: async () => {},
    };
    deployment.listens(path, port, undefined);
  }

  async draining(leftMs: number): Promise<{ closed: number; aborted: number }> {
    this.given.push(leftMs);
    await this.#ended;
    return { closed: 0, aborted: 1 };
  }

  stop(): void {}
}

describe('a worker that starts', () => {
  test('reports that it lives at once and each 2 s, and when it is ready', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    await around.ready([noting(notes, 'a'), noting(notes, 'b')]);
    assert.deepEqual(around.kinds, ['alive', 'ready']);
    assert.deepEqual(notes, ['+a', '+b']);
    await around.time.pass(4000);
    assert.deepEqual(around.kinds, ['alive', 'ready', 'alive', 'alive']);
    await around.time.end();
  });

  test('starts those of its group only', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    around.start([noting(notes, 'a'), noting(notes, 'b')], ['b']);
    await around.until('ready');
    assert.deepEqual(notes, ['+b']);
    await around.time.end();
  });

  test('tells services their slot and generation', async () => {
    const around = new FakeSurroundings();
    let told: ServiceContext | undefined;
    await around.ready([
      noting([], 'a', {
        start: (context) => {
          told = context;
        },
      }),
    ]);
    assert.deepEqual([told?.slot, told?.generation, told?.path], [2, 3, 'a']);
    await around.time.end();
  });

  const failing: readonly [string, string, RegExp, number][] = [
    ['an application that throws', fixture('throws'), /throws\.[jt]s:[23]: TypeError: the poems are missing$/, 70],
    ['a file that does not exist', fixture('nothing'), /^there is no application at .*nothing\.[jt]s$/, 66],
    [
      'a file that exports no application',
      fixture('other'),
      /other\.[jt]s does not export an application by default/,
      70,
    ],
  ];
  for (const [what, file, line, status] of failing)
    test(`R-D33 ${what} is told in one line, with its place, and ends it with ${status}`, async () => {
      const around = new FakeSurroundings();
      around.start(file);
      await around.until('end');
      assert.deepEqual(around.kinds, ['failed']);
      assert.match(around.report('failed')?.failure.line ?? '', line);
      assert.equal(around.report('failed')?.failure.status, status);
      assert.deepEqual(around.ends, [status]);
      await around.time.end();
    });

  test('R-D33 a service that does not start is named', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    around.start([
      noting(notes, 'a'),
      noting(notes, 'b', { start: () => Promise.reject(new Error('no route\nto it')) }),
    ]);
    await around.until('end');
    assert.equal(around.report('failed')?.failure.line, 'b: no route');
    assert.deepEqual(notes, ['+a', '-b', '-a']);
    assert.deepEqual(around.ends, [70]);
    assert.equal(around.kinds.includes('ready'), false);
    assert.equal(around.time.idle, true, 'a timer is left');
    await around.time.end();
  });
});

describe('a worker that describes', () => {
  test('reports what there is, starts nothing, and ends', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    const program = { kind: 'application', file: fixture('handed') } as const;
    around.worker.order({ kind: 'describe', program, settings: { services: [noting(notes, 'a')] }, services: {} });
    await around.until('described');
    assert.deepEqual(
      around.report('described')?.description.services.map(({ path }) => path),
      ['a'],
    );
    await around.until('end');
    assert.deepEqual(around.ends, [0]);
    assert.deepEqual(notes, []);
    await around.time.end();
  });

  test('imports nothing if it cannot become the one that it is to be', async () => {
    const around = new FakeSurroundings();
    around.denied = new CommandError('setuid is refused', 77);
    const program = { kind: 'application', file: fixture('throws') } as const;
    around.worker.order({ kind: 'describe', program, settings: undefined, services: {} });
    await around.until('end');
    assert.deepEqual(around.report('failed')?.failure, { line: 'setuid is refused', status: 77 });
    assert.deepEqual(around.ends, [77]);
    await around.time.end();
  });
});

describe('a worker that drains', () => {
  test('waits for connections, stops its services, reports and ends', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    const drained = noting(notes, 'a', {
      draining: (leftMs) => {
        notes.push(`drain ${leftMs}`);
        return { closed: 2, aborted: 1 };
      },
    });
    await around.ready([drained]);
    around.worker.order({ kind: 'drain', timeoutMs: 9000, stopTimeoutMs: 500 });
    await around.until('drained');
    assert.deepEqual(notes, ['+a', 'drain 9000', '-a']);
    assert.deepEqual(around.report('drained'), { kind: 'drained', closed: 2, aborted: 1 });
    assert.deepEqual(around.kinds.slice(-2), ['alive', 'drained']);
    assert.deepEqual(around.ends, [0]);
    assert.equal(around.time.idle, true, 'a timer is left');
    await around.time.end();
  });

  test('a second order gives it less time, and ends what is left then', async () => {
    const around = new FakeSurroundings();
    const busy = new Busy();
    await around.ready([busy]);
    around.worker.order({ kind: 'drain', timeoutMs: 600_000, stopTimeoutMs: 500 });
    await around.time.pass(1000);
    around.worker.order({ kind: 'drain', timeoutMs: 100, stopTimeoutMs: 500 });
    await around.time.pass(99);
    assert.deepEqual(around.ends, []);
    await around.time.pass(1);
    await around.until('drained');
    assert.deepEqual(busy.given, [600_000]);
    assert.deepEqual(around.ends, [0]);
    assert.equal(around.time.idle, true, 'a timer is left');
    await around.time.end();
  });

  test('a second order gives less time also to a service that does not drain', async () => {
    const around = new FakeSurroundings();
    const notes: string[] = [];
    await around.ready([noting(notes, 'a', { draining: () => never() })]);
    around.worker.order({ kind: 'drain', timeoutMs: 600_000, stopTimeoutMs: 500 });
    await around.time.pass(1000);
    around.worker.order({ kind: 'drain', timeoutMs: 1000, stopTimeoutMs: 500 });
    await around.time.pass(1000);
    assert.deepEqual(around.ends, []);
    await around.time.pass(250);
    await around.until('end');
    assert.deepEqual(notes, ['+a', '-a']);
    assert.deepEqual(around.ends, [0]);
    await around.time.end();
  });

  test('a second order while it stops its services leaves no timer', async () => {
    const around = new FakeSurroundings();
    let stop = (): void => {};
    await around.ready([
      noting([], 'a', {
        stop: () =>
          new Promise<void>((resolve) => {
            stop = resolve;
          }),
      }),
    ]);
    around.worker.order({ kind: 'drain', timeoutMs: 1000, stopTimeoutMs: 500 });
    await around.time.pass(10);
    around.worker.order({ kind: 'drain', timeoutMs: 1000, stopTimeoutMs: 500 });
    stop();
    await around.until('drained');
    assert.deepEqual(around.ends, [0]);
    assert.equal(around.time.idle, true, 'a timer is left');
    await around.time.end();
  });

  test('R-D7 services that do not drain or stop end with their times', async () => {
    const around = new FakeSurroundings();
    await around.ready([noting([], 'a', { draining: () => never(), stop: () => never() })]);
    around.worker.order({ kind: 'drain', timeoutMs: 1000, stopTimeoutMs: 500 });
    await around.time.pass(1250);
    assert.deepEqual(around.ends, []);
    await around.time.pass(500);
    await around.until('drained');
    assert.deepEqual(around.ends, [0]);
    await around.time.end();
  });

  test('an abort ends its connections and the process at once', async () => {
    const around = new FakeSurroundings();
    const busy = new Busy();
    await around.ready([busy]);
    around.worker.order({ kind: 'drain', timeoutMs: 600_000, stopTimeoutMs: 500 });
    await around.time.pass(10);
    around.worker.order({ kind: 'abort' });
    assert.deepEqual(around.ends, [0]);
    await around.time.pass(1000);
    assert.deepEqual(around.ends, [0]);
    assert.equal(around.time.idle, true, 'a timer is left');
    await around.time.end();
  });

  test('R-D16 without its supervisor it drains within the drain timeout, and ends', async () => {
    const around = new FakeSurroundings();
    const busy = new Busy();
    await around.ready([busy]);
    around.worker.lost();
    await around.time.pass(1);
    assert.deepEqual(busy.given, [25_000]);
    busy.connection.abortConnection();
    await around.until('end');
    assert.deepEqual(around.ends, [0]);
    await around.time.end();
  });

  test('R-D16 without its supervisor it ends also before it has started, and while an older drain goes on', async () => {
    const early = new FakeSurroundings();
    early.worker.lost();
    assert.deepEqual(early.ends, [0]);
    await early.time.end();
    const late = new FakeSurroundings();
    const busy = new Busy();
    await late.ready([busy]);
    late.worker.order({ kind: 'drain', timeoutMs: 600_000, stopTimeoutMs: 500 });
    await late.time.pass(1000);
    late.worker.lost();
    await late.time.pass(25_000);
    await late.until('end');
    assert.deepEqual(late.ends, [0]);
    await late.time.end();
  });
});

describe('a worker that serves', () => {
  test('asks to leave when it gets a signal, and serves on', async () => {
    const around = new FakeSurroundings();
    await around.ready([]);
    around.worker.leave();
    assert.equal(around.kinds.at(-1), 'leaving');
    assert.deepEqual(around.ends, []);
    await around.time.end();
  });

  test('R-D25 ends with the place of an error that it did not expect', async () => {
    const around = new FakeSurroundings();
    await around.ready([]);
    around.worker.crash(new RangeError('too long'));
    assert.match(around.report('failed')?.failure.line ?? '', /worker\.test\.[jt]s:\d+: too long$/);
    assert.deepEqual(around.ends, [70]);
    assert.equal(around.log.lines.at(-1)?.level, 'fatal');
    await around.time.end();
  });

  test('R-D36 reads certificates again, and says why it cannot', async () => {
    const around = new FakeSurroundings();
    const busy = new Busy();
    await around.ready([busy]);
    around.worker.order({ kind: 'certificates', id: 5 });
    await around.until('certificates');
    assert.deepEqual(around.report('certificates'), { kind: 'certificates', id: 5 });
    busy.reloads = 'fails';
    around.reports.length = 0;
    around.worker.order({ kind: 'certificates', id: 6 });
    await around.until('certificates');
    assert.deepEqual(around.report('certificates'), {
      kind: 'certificates',
      id: 6,
      failure: { line: 'cert.pem is no certificate', status: 1 },
    });
    await around.time.end();
  });

  test('counts when it is asked', async () => {
    const around = new FakeSurroundings();
    await around.ready([]);
    around.worker.order({ kind: 'count', id: 9 });
    await around.until('counted');
    assert.equal(around.report('counted')?.id, 9);
    await around.time.end();
  });

  test('R-D34 says that it leads no more once its last turn has ended, also while it drains', async () => {
    for (const drains of [false, true]) {
      const around = new FakeSurroundings();
      let end = (): void => {};
      const task = (): Promise<void> =>
        new Promise((resolve) => {
          end = resolve;
        });
      await around.ready([new TimerService('t', { everyMs: 1000, where: 'one' }, task)]);
      around.worker.order({ kind: 'lead', leads: true });
      await around.until('led');
      await around.time.pass(1000);
      around.reports.length = 0;
      if (drains) around.worker.order({ kind: 'drain', timeoutMs: 9000, stopTimeoutMs: 500 });
      around.worker.order({ kind: 'lead', leads: false });
      await around.time.pass(100);
      assert.equal(around.report('led'), undefined);
      end();
      await around.until('led');
      assert.deepEqual(around.report('led'), { kind: 'led', leads: false });
      await around.time.end();
    }
  });
});
