import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Reactor } from 'couplet';
import { ProcessActor, type ProcessPart } from 'couplet-conformance';
import { Deferred } from '../deferred.ts';
import { settled } from '../tended.ts';
import { ChildBackend, type FakeChild } from './fake-child.ts';

const DONE = { kind: 'done', code: '', detail: '' } as const;

/** A process that does what a test says, and its protocol. */
function scene(part: ProcessPart): { backend: ChildBackend; child: FakeChild; actor: ProcessActor } {
  const backend = new ChildBackend();
  const actor = new ProcessActor(part);
  new Reactor(backend).spawnProcess(actor, 'cat', []);
  return { backend, child: backend.start(), actor };
}

/** What was deferred, and what follows from promises, has happened. */
async function settle(backend: ChildBackend): Promise<void> {
  await settled();
  backend.runDeferred();
}

describe('R56 a pending promise of a callback', () => {
  test('a promise pauses both outputs, and they go on when it settles', async () => {
    const pending = new Deferred();
    const { backend, child } = scene({ out: () => pending.promise });
    const { stdout, stderr, sink } = child;
    sink.stdout.onData(Buffer.from('verse'));
    assert.deepEqual([stdout.paused, stderr.paused], [true, true]);
    pending.keep();
    await settle(backend);
    assert.deepEqual([stdout.paused, stderr.paused], [false, false]);
  });

  test('one of two that settles does not let them go on, nor does one while the protocol pauses', async () => {
    const promises = [new Deferred(), new Deferred()];
    let at = 0;
    const { backend, child, actor } = scene({
      exited: () => promises[at++]?.promise,
      made: () => promises[at++]?.promise,
    });
    const { stdout, stderr, sink } = child;
    actor.transport.resumeProducing();
    sink.onExited({ exitCode: 0, signal: undefined });
    promises[0]?.keep();
    await settle(backend);
    assert.deepEqual([stdout.paused, stderr.paused], [true, true]);
    actor.transport.pauseProducing();
    promises[1]?.keep();
    await settle(backend);
    assert.deepEqual([stdout.paused, stderr.paused], [true, true]);
    actor.transport.resumeProducing();
    await settle(backend);
    assert.deepEqual([stdout.paused, stderr.paused], [false, false]);
  });

  test('an end that comes while a promise is pending waits for it', async () => {
    const pending = new Deferred();
    const { backend, child, actor } = scene({ out: () => pending.promise });
    const { sink } = child;
    sink.stderr?.onEof();
    sink.stdout.onData(Buffer.from('verse'));
    sink.stderr?.onClosed(DONE);
    sink.stdin.onClosed(DONE);
    assert.deepEqual(actor.log, ['made', 'out']);
    pending.keep();
    await settle(backend);
    assert.deepEqual(actor.log, ['made', 'out', 'err lost', 'in lost']);
    assert.deepEqual(actor.faults, []);
  });

  test('processEnded waits for the promise of the last end', async () => {
    const pending = new Deferred();
    const { backend, child, actor } = scene({ outLost: () => pending.promise });
    const { sink } = child;
    sink.onExited({ exitCode: 0, signal: undefined });
    for (const pipe of [sink.stdin, sink.stderr, sink.stdout]) pipe?.onClosed(DONE);
    assert.equal(actor.log.at(-1), 'out lost');
    pending.keep();
    await settle(backend);
    assert.equal(actor.log.at(-1), 'ended');
    assert.equal(backend.alarmAt, undefined);
  });

  test('but not longer than lingerTimeoutMs of a connection', () => {
    const { backend, child, actor } = scene({ outLost: () => new Promise(() => {}) });
    const { sink } = child;
    sink.onExited({ exitCode: 0, signal: undefined });
    for (const pipe of [sink.stdin, sink.stderr, sink.stdout]) pipe?.onClosed(DONE);
    backend.advance(4999);
    assert.equal(actor.log.at(-1), 'out lost');
    backend.advance(1);
    assert.equal(actor.log.at(-1), 'ended');
  });
});
