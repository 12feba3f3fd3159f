import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Flow, HIGH_WATER, LOW_WATER } from '../../src/engine/flow.ts';
import type { Producer } from '../../src/protocol/producer.ts';

/** A producer that writes down what it is told. */
class Recorder implements Producer {
  readonly log: string[] = [];
  pauseProducing(): void {
    this.log.push('pause');
  }
  resumeProducing(): void {
    this.log.push('resume');
  }
  stopProducing(): void {
    this.log.push('stop');
  }
}

const size = fc.oneof(
  fc.integer({ min: 0, max: 2 * HIGH_WATER }),
  fc.constantFrom(0, 1, LOW_WATER - 1, LOW_WATER, LOW_WATER + 1, HIGH_WATER - 1, HIGH_WATER, HIGH_WATER + 1),
);

describe('Flow', () => {
  test('R11 the water marks are 64 KiB and 16 KiB', () => {
    assert.equal(HIGH_WATER, 65_536);
    assert.equal(LOW_WATER, 16_384);
  });

  test('R11 a streaming producer pauses above the high mark, not at it, and once', () => {
    const flow = Flow.streaming(new Recorder());
    assert.equal(flow.rises(HIGH_WATER), false);
    assert.equal(flow.rises(HIGH_WATER + 1), true);
    assert.equal(flow.rises(HIGH_WATER + 2), false);
    assert.equal(flow.rises(10 * HIGH_WATER), false);
  });

  test('R11 it goes on at the low mark, not above it, and once', () => {
    const flow = Flow.streaming(new Recorder());
    flow.rises(HIGH_WATER + 1);
    assert.equal(flow.falls(HIGH_WATER), false);
    assert.equal(flow.falls(LOW_WATER + 1), false);
    assert.equal(flow.falls(LOW_WATER), true);
    assert.equal(flow.falls(0), false);
  });

  test('a streaming producer that was never paused is never told to go on', () => {
    const flow = Flow.streaming(new Recorder());
    for (const size of [0, LOW_WATER, HIGH_WATER]) assert.equal(flow.falls(size), false);
  });

  test('R11 pause and resume strictly alternate, pause first, each on its side of the marks', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ up: fc.boolean(), size }), { maxLength: 40, size: 'max' }), (moves) => {
        const recorder = new Recorder();
        const flow = Flow.streaming(recorder);
        for (const { up, size } of moves) {
          if (up && flow.rises(size)) {
            assert.ok(size > HIGH_WATER);
            flow.pause();
          } else if (!up && flow.falls(size)) {
            assert.ok(size <= LOW_WATER);
            flow.resume();
          }
        }
        for (const [at, what] of recorder.log.entries()) assert.equal(what, at % 2 === 0 ? 'pause' : 'resume');
      }),
    );
  });

  test('R12 a pull producer is asked when the queue is dry, the first time too', () => {
    const flow = Flow.pull(new Recorder());
    assert.equal(flow.falls(1), false);
    assert.equal(flow.falls(0), true);
  });

  test('R12 a pull producer that has not answered is not asked again', () => {
    const flow = Flow.pull(new Recorder());
    assert.equal(flow.falls(0), true);
    assert.equal(flow.falls(0), false);
    flow.rises(10);
    assert.equal(flow.falls(10), false);
    assert.equal(flow.falls(0), true);
  });

  test('R12 a pull producer is never paused', () => {
    const flow = Flow.pull(new Recorder());
    for (const size of [1, HIGH_WATER + 1, 10 * HIGH_WATER]) assert.equal(flow.rises(size), false);
  });

  test('R12 for any moves a pull producer is asked only at 0, and after each write at most once', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ up: fc.boolean(), size }), { maxLength: 40, size: 'max' }), (moves) => {
        const flow = Flow.pull(new Recorder());
        let answered = true;
        for (const { up, size } of moves) {
          if (up) {
            assert.equal(flow.rises(size), false);
            answered = true;
          } else {
            assert.equal(flow.falls(size), size === 0 && answered);
            if (size === 0) answered = false;
          }
        }
      }),
    );
  });

  test('it passes on to its producer, as methods', () => {
    const recorder = new Recorder();
    const flow = Flow.streaming(recorder);
    flow.pause();
    flow.resume();
    flow.stop();
    assert.deepEqual(recorder.log, ['pause', 'resume', 'stop']);
  });

  test('R8a what the producer returns comes back, so that a promise of it is seen to', async () => {
    const failing = (what: string) => async (): Promise<void> => Promise.reject(new Error(what));
    const flow = Flow.streaming({
      pauseProducing: failing('pause'),
      resumeProducing: failing('resume'),
      stopProducing: failing('stop'),
    });
    await assert.rejects(Promise.resolve(flow.pause()), /pause/);
    await assert.rejects(Promise.resolve(flow.resume()), /resume/);
    await assert.rejects(Promise.resolve(flow.stop()), /stop/);
  });

  test('to pause a pull producer does nothing, even when it could', () => {
    const recorder = new Recorder();
    const flow = Flow.pull(recorder);
    flow.pause();
    flow.resume();
    flow.stop();
    assert.deepEqual(recorder.log, ['resume', 'stop']);
  });
});
