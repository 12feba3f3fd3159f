import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Reactor, SpawnError } from 'couplet';
import { ProcessActor } from 'couplet-conformance';
import { ChildBackend } from './fake-child.ts';

/** A process that does not run yet, and its producer, which writes down what it is told. */
function scene(): { backend: ChildBackend; actor: ProcessActor; told: string[]; register(): void } {
  const backend = new ChildBackend();
  const actor = new ProcessActor();
  const told = actor.log;
  const transport = new Reactor(backend).spawnProcess(actor, 'cat', []);
  const producer = {
    pauseProducing: () => void told.push('pause'),
    resumeProducing: () => void told.push('resume'),
    stopProducing: () => void told.push('stop'),
  };
  return { backend, actor, told, register: () => transport.registerProducer(producer, true) };
}

describe('R56 a producer that is registered before the process runs', () => {
  test('has room until it is told to pause, and is told so when the process runs', () => {
    const { backend, actor, told, register } = scene();
    const { transport } = actor;
    assert.equal(transport.write('x'), false);
    register();
    assert.equal(transport.write(Buffer.alloc(65_535)), true);
    assert.equal(transport.writeSequence(['x']), false);
    assert.deepEqual(told, []);
    backend.start();
    assert.equal(told[0], 'pause');
    assert.equal(told.filter((what) => what === 'pause').length, 1);
  });

  test('is one, and of the right kind: anything else throws at once, and the process runs', () => {
    const { backend, actor, told, register } = scene();
    const { transport } = actor;
    assert.throws(() => Reflect.apply(transport.registerProducer, transport, [{}, true]), TypeError);
    register();
    assert.throws(register, /^Error: a producer is registered already$/);
    transport.unregisterProducer();
    register();
    backend.start();
    assert.deepEqual(told, ['made']);
  });

  test('is stopped before processEnded when the process cannot be started', () => {
    const { backend, actor, told, register } = scene();
    register();
    backend.starting.shift()?.onFailed({ kind: 'other', code: 'ENOENT', detail: 'no such file or directory' });
    assert.deepEqual(told, ['stop', 'ended']);
    assert.ok(actor.reason instanceof SpawnError);
    register();
    backend.runDeferred();
    assert.deepEqual(told, ['stop', 'ended', 'stop']);
  });
});
