import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MultiService } from '../../src/application/multi-service.ts';
import { ServiceError } from '../../src/application/service-error.ts';
import { ServiceList } from '../../src/application/service-list.ts';
import { never, noting, Scene } from './context.ts';

const patient = new AbortController().signal;

/** What the log says of services that failed. */
function failures({ log }: Scene): readonly unknown[] {
  return log.lines.filter(({ event }) => event === 'service.failed').map((line) => String(Reflect.get(line, 'err')));
}

describe('services in a MultiService', () => {
  test('start in order, each after the one before it, and stop in reverse', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    let begin = (): void => {};
    const slow = noting(notes, 'b', {
      start: () =>
        new Promise((resolve) => {
          begin = () => {
            notes.push('+b');
            resolve();
          };
        }),
    });
    const all = new MultiService('all', [noting(notes, 'a'), slow, noting(notes, 'c')]);
    const started = all.start(scene.context);
    await scene.time.pass(0);
    assert.deepEqual(notes, ['+a']);
    begin();
    await started;
    await all.stop(patient);
    assert.deepEqual(notes, ['+a', '+b', '+c', '-c', '-b', '-a']);
    assert.equal(scene.time.idle, true, 'a deadline is left');
    await scene.time.end();
  });

  test('when one fails to start, those before it are stopped in reverse and the error names it with its path', async () => {
    const scene = new Scene('poetry');
    const notes: string[] = [];
    const cache = noting(notes, 'cache', {
      start: () => {
        throw new Error('no route\n  with more');
      },
    });
    const upstream = new MultiService('upstream', [noting(notes, 'a'), cache, noting(notes, 'never')]);
    const all = new ServiceList([noting(notes, 'first'), upstream]);
    await assert.rejects(all.start(scene.context), (error) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.message, 'poetry/upstream/cache: no route');
      assert.equal(error.path, 'poetry/upstream/cache');
      return true;
    });
    assert.deepEqual(notes, ['+first', '+a', '-cache', '-a', '-first']);
    assert.deepEqual(failures(scene), []);
    await scene.time.end();
  });

  test('those that are stopped since another one failed get some time for it', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    const { reactor } = scene.context;
    const slow = noting(notes, 'slow', {
      stop: () => new Promise((resolve) => void reactor.callLater(4000, () => resolve(void notes.push('-slow')))),
    });
    const bad = noting(notes, 'bad', { start: () => Promise.reject(new Error('no')) });
    const rejected = assert.rejects(new ServiceList([slow, bad]).start(scene.context), /^ServiceError: app\/bad: no$/);
    await scene.time.pass(5000);
    await rejected;
    assert.deepEqual(notes, ['+slow', '-bad', '-slow']);
    assert.deepEqual(failures(scene), []);
    await scene.time.end();
  });

  test('one that does not start in its time fails by name', async () => {
    const scene = new Scene('app');
    const all = new MultiService('all', [noting([], 'a', { start: never })], { startTimeoutMs: 1500 });
    const rejected = assert.rejects(all.start(scene.context), { message: 'app/a: it has not started within 1.5 s' });
    await scene.time.pass(1500);
    await rejected;
    assert.equal(scene.time.idle, true);
    await scene.time.end();
  });

  test('one that does not stop in its time is named, and the others are stopped', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    let told: AbortSignal | undefined;
    const bad = noting(notes, 'bad', {
      stop: (signal) => {
        told = signal;
        return never();
      },
    });
    const all = new MultiService('all', [noting(notes, 'a'), bad, noting(notes, 'c')], { stopTimeoutMs: 1000 });
    await all.start(scene.context);
    const stopped = all.stop(patient);
    await scene.time.pass(999);
    assert.equal(told?.aborted, false);
    await scene.time.pass(1);
    await stopped;
    assert.equal(told?.aborted, true);
    assert.deepEqual(notes, ['+a', '+bad', '+c', '-c', '-a']);
    assert.deepEqual(failures(scene), ['Error: it has not stopped within 1 s']);
    await scene.time.end();
  });

  test('once the time of all is up each is still told to stop, and those that wait are named', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    const hang = (name: string) => noting(notes, name, { stop: () => never(notes.push(`-${name}`)) });
    const list = new ServiceList([noting(notes, 'a'), hang('b'), hang('c')]);
    await list.start(scene.context);
    const late = new AbortController();
    const stopped = list.stop(late.signal);
    await scene.time.pass(100);
    late.abort(new Error('up'));
    await stopped;
    assert.deepEqual(notes.slice(3), ['-c', '-b', '-a']);
    assert.deepEqual(failures(scene), ['Error: it has not stopped in time', 'Error: it has not stopped in time']);
    await scene.time.end();
  });

  test('one that fails to stop does not keep the others', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    const bad = noting(notes, 'bad', { stop: () => Promise.reject(new Error('stuck')) });
    const list = new ServiceList([noting(notes, 'a'), bad]);
    await list.start(scene.context);
    await list.stop(patient);
    assert.deepEqual(notes, ['+a', '+bad', '-a']);
    assert.deepEqual(failures(scene), ['Error: stuck']);
    await scene.time.end();
  });

  test('only those that are wanted start and stop, and stop does nothing twice', async () => {
    const scene = new Scene('');
    const notes: string[] = [];
    const list = new ServiceList([noting(notes, 'a'), noting(notes, 'b')]);
    await list.start(scene.context, (name) => name === 'b');
    await list.stop(patient);
    await list.stop(patient);
    assert.deepEqual(notes, ['+b', '-b']);
    await scene.time.end();
  });
});

describe('a drain of services', () => {
  test('drains all at once, and adds up how connections ended', async () => {
    const scene = new Scene('app');
    const notes: string[] = [];
    const port = (name: string, closed: number) => noting(notes, name, { draining: () => ({ closed, aborted: 1 }) });
    const list = new ServiceList([port('a', 2), noting(notes, 'b'), new MultiService('c', [port('d', 4)])]);
    await list.start(scene.context);
    assert.deepEqual(await list.draining(1000), { closed: 6, aborted: 2 });
    await list.stop(patient);
    await scene.time.end();
  });

  test('R-D7 one that does not drain in time, or fails, is named and keeps the others from nothing', async () => {
    const scene = new Scene('app');
    const inner = new MultiService('all', [
      noting([], 'hangs', { draining: never }),
      noting([], 'fails', { draining: () => Promise.reject(new Error('no')) }),
      noting([], 'good', { draining: () => ({ closed: 3, aborted: 0 }) }),
    ]);
    const list = new ServiceList([inner]);
    await list.start(scene.context);
    const drained = list.draining(1000);
    await scene.time.pass(1250);
    assert.deepEqual(await drained, { closed: 3, aborted: 0 });
    assert.deepEqual(failures(scene), ['Error: no', 'Error: it has not drained within 1.25 s']);
    await list.stop(patient);
    await scene.time.end();
  });
});

describe('a list of services refuses', () => {
  const good = noting([], 'a');
  const cases: readonly [string, () => unknown, RegExp][] = [
    ['two of a name', () => new ServiceList([good, noting([], 'a')]), /^RangeError: two services have the name 'a'$/],
    [
      'a name with a slash',
      () => new MultiService('m', [noting([], 'a/b')]),
      /^RangeError: the name 'a\/b' of a service/,
    ],
    ['an empty name', () => new MultiService('m', [noting([], '')]), /^RangeError: the name ''/],
    ['a deadline of 0', () => new MultiService('m', [good], { startTimeoutMs: 0 }), /^RangeError: startTimeoutMs is 0/],
    [
      'a deadline of NaN',
      () => new MultiService('m', [good], { stopTimeoutMs: NaN }),
      /^RangeError: stopTimeoutMs is NaN/,
    ],
  ];
  for (const [what, make, error] of cases) test(what, () => assert.throws(make, error));

  test('what is not a service', async () => {
    const { application } = await import('../../src/application/application.ts');
    const from = (services: unknown) =>
      application('app', () => JSON.parse(JSON.stringify(services))).services(undefined);
    await assert.rejects(from({}), /^TypeError: the services are not a list$/);
    await assert.rejects(from([1]), /^TypeError: 1 is not a service/);
    await assert.rejects(
      from([{ name: 'a' }]),
      /^TypeError: an instance of Object is not a service: it has no name, start and stop$/,
    );
  });
});
