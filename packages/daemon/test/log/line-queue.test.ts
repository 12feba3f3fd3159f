import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineQueue } from '../../src/log/line-queue.ts';

/** Lines of 1 to 40 bytes and more, with their newlines. */
const lines = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀'), maxLength: 12 }).map((text) => `${text}\n`),
);

test('what is taken in pieces of any size is what was pushed, in whole lines as long as writes are whole', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 40 }), (pushed, most) => {
      const queue = new LineQueue(1_000_000);
      for (const line of pushed) assert.ok(queue.push(line));
      let taken = '';
      for (let head = queue.head(most); head !== undefined; head = queue.head(most)) {
        const text = head.toString();
        assert.ok(text.endsWith('\n'), JSON.stringify(text));
        assert.ok(head.length <= most || text.indexOf('\n') === text.length - 1, 'longer only if it is one line');
        queue.took(head.length);
        taken += text;
      }
      assert.equal(taken, pushed.join(''));
      assert.equal(queue.bytes, 0);
    }),
  );
});

test('the queue never holds more than its bytes, and its count is exact after parts, restarts and a clear', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.nat({ max: 30 })), fc.integer({ min: 10, max: 300 }), (pushed, parts, most) => {
      const queue = new LineQueue(most);
      let kept = '';
      for (const line of pushed) if (queue.push(line)) kept += line;
      let bytes = Buffer.from(kept);
      assert.ok(bytes.length <= most);
      for (const part of parts) {
        const head = queue.head(64);
        if (head === undefined) break;
        const taken = Math.min(part, head.length);
        queue.took(taken);
        // What was taken of a line that is not over comes again.
        const start = taken === 0 || taken === head.length ? taken : head.lastIndexOf(0x0a, taken - 1) + 1;
        assert.equal(queue.restart(), start !== taken);
        bytes = bytes.subarray(start);
        assert.equal(queue.bytes, bytes.length);
      }
      assert.equal(queue.clear(), bytes.toString().split('\n').length - 1);
      assert.equal(queue.bytes, 0);
      assert.equal(queue.head(64), undefined);
    }),
  );
});

test('a line that is partly written counts when the queue is cleared', () => {
  const queue = new LineQueue(100);
  queue.push('one\n');
  queue.push('two\n');
  assert.equal(queue.head(100)?.toString(), 'one\ntwo\n');
  queue.took(5);
  queue.push('three\n');
  assert.equal(queue.clear(), 2);
});
