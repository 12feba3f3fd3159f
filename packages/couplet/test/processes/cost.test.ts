import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ProcessProtocol, Reactor } from 'couplet';
import { ProcessActor } from 'couplet-conformance';
import { collector } from '../collector.ts';
import { workOf } from '../work.ts';
import { ChildBackend } from './fake-child.ts';

/** Answers each chunk with many pieces. */
class Answering extends ProcessProtocol {
  override outReceived(data: Buffer): void {
    for (let count = 0; count < 50; count += 1) this.transport.write('piece ');
    this.transport.write(data);
  }

  override errReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

describe('R56 what a process costs, counted and not timed', () => {
  test('what one event writes to the standard input is one write', () => {
    const backend = new ChildBackend();
    new Reactor(backend).spawnProcess(new Answering(), 'cat', []);
    const { stdin, sink } = backend.start();
    for (let event = 1; event <= 10; event += 1) {
      sink.stdout.onData(Buffer.from('!'));
      assert.equal(stdin.writes, event);
    }
    assert.equal(stdin.sent, 10 * (50 * 'piece '.length + 1));
  });

  test('a chunk that is passed on is not copied', () => {
    const backend = new ChildBackend();
    new Reactor(backend).spawnProcess(new Answering(), 'cat', []);
    const { stdin, sink } = backend.start();
    const chunk = Buffer.alloc(60_000, 'x');
    assert.deepEqual(
      workOf(() => sink.stderr?.onData(chunk)),
      { bytes: chunk.length, slices: 0 },
    );
    assert.equal(stdin.written[0], chunk);
  });

  test('what is written before the process runs leaves as one write, too', () => {
    const backend = new ChildBackend();
    const transport = new Reactor(backend).spawnProcess(new ProcessProtocol(), 'cat', []);
    for (let count = 0; count < 50; count += 1) transport.write('piece ');
    const { stdin } = backend.start();
    assert.deepEqual([stdin.writes, stdin.sent], [1, 300]);
  });

  test('nothing of a process is kept when it has ended, and no timer is left', async () => {
    const collect = collector();
    const backend = new ChildBackend();
    const reactor = new Reactor(backend);
    const kept: WeakRef<object>[] = [];
    const run = (): void => {
      const actor = new ProcessActor();
      const transport = reactor.spawnProcess(actor, 'cat', []);
      const child = backend.start();
      child.end();
      backend.runDeferred();
      assert.equal(actor.log.at(-1), 'ended');
      for (const one of [actor, transport, child, child.stdin, child.stdout]) kept.push(new WeakRef(one));
    };
    for (let count = 0; count < 20; count += 1) run();
    assert.deepEqual([...reactor.inspect().timers()], []);
    let alive = kept.length;
    for (let turns = 0; turns < 10 && alive > 5; turns += 1) {
      // A weak reference holds on until the present turn of the event loop is over; optimized code may hold on for longer.
      await setImmediate();
      collect();
      alive = kept.filter((one) => one.deref() !== undefined).length;
    }
    assert.ok(alive <= 5, `${alive} of ${kept.length} objects are alive`);
  });
});
