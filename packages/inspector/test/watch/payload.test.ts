import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeReactor, viewing, viewOf } from './fake-reactor.ts';

/** Frames of one connection whose bytes are kept, and a function by which they pass. */
function looked(): { next: ReturnType<typeof viewing>; pass(direction: 'in' | 'out', text: string): void } {
  const reactor = new FakeReactor();
  reactor.connections = [viewOf({ id: 7 })];
  const next = viewing(reactor.frames({ payload: true }), { id: 7 });
  const pass = (direction: 'in' | 'out', text: string): void => {
    for (const observer of reactor.observers)
      observer.chunk?.({ connection: 7, direction, bytes: text.length, at: 1.26 }, Buffer.from(text));
  };
  return { next, pass };
}

describe('the payload of a frame', () => {
  test('has the last 64 KiB that have passed', async () => {
    const { next, pass } = looked();
    pass('in', 'a'.repeat(40_000));
    pass('out', 'b'.repeat(40_000));
    pass('in', 'hello');
    assert.deepEqual((await next()).chosen?.payload, [
      { at: 1.3, direction: 'out', base64: Buffer.from('b'.repeat(40_000)).toString('base64') },
      { at: 1.3, direction: 'in', base64: Buffer.from('hello').toString('base64') },
    ]);
    pass('in', 'c'.repeat(100_000));
    assert.deepEqual(
      (await next()).chosen?.payload?.map(({ base64 }) => Buffer.from(base64, 'base64').length),
      [65_536],
    );
  });

  test('I-8: of bytes that pass one by one fits into the queue of a viewer', async () => {
    const { next, pass } = looked();
    for (let count = 0; count < 20_000; count += 1) pass(count % 2 === 0 ? 'in' : 'out', String(count % 10));
    pass('in', 'd'.repeat(64_000));
    const frame = await next();
    const bytes = JSON.stringify(frame).length;
    assert.ok(bytes < 256 * 1024, `${bytes} bytes`);
    assert.equal(frame.chosen?.payload?.length, 1000);
    assert.equal(frame.chosen?.payload?.at(-2)?.base64, Buffer.from('9').toString('base64'));
  });
});
