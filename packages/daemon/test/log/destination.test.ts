import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from 'couplet/testing';
import fc from 'fast-check';
import type { DestinationOptions, Gap } from '../../src/log/destination.ts';
import { Destination } from '../../src/log/destination.ts';
import type { Sink } from '../../src/log/sink.ts';
import { FakeSink } from './fake-sink.ts';

function made(options: Partial<DestinationOptions> = {}, reopen?: () => Sink) {
  const clock = new Clock({ wallClock: 1000 });
  const sink = new FakeSink();
  const destination = new Destination(sink, reopen, { queueBytes: 1000, clock, ...options });
  const gaps: Gap[] = [];
  destination.onGap((gap) => {
    gaps.push(gap);
    destination.write(`dropped ${gap.lines}\n`);
  });
  return { clock, sink, destination, gaps };
}

const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
const wait = Object.assign(new Error('full'), { code: 'EAGAIN' });

test('one write at a time, of the lines that wait meanwhile, at most as many bytes as the sink wants', () => {
  const { sink, destination } = made();
  sink.writeBytes = 6;
  for (const line of ['a\n', 'b\n', 'c\n', 'd\n', 'longer than six\n', 'e\n']) destination.write(line);
  const writes: (string | undefined)[] = [];
  while (sink.under !== undefined) {
    writes.push(sink.under);
    sink.take();
  }
  assert.deepEqual(writes, ['a\n', 'b\nc\nd\n', 'longer than six\n', 'e\n']);
});

test('R-D22 what does not fit is dropped and counted until half of the queue is free; then one line tells of the gap', () => {
  const { clock, sink, destination, gaps } = made({ queueBytes: 100 });
  sink.writeBytes = 20;
  const line = `${'x'.repeat(9)}\n`;
  for (let count = 0; count < 13; count += 1) destination.write(line);
  assert.equal(destination.droppedLines, 3);
  assert.equal(destination.queuedBytes, 100);
  clock.advance(500);
  sink.take();
  destination.write('short\n');
  assert.equal(destination.droppedLines, 4, 'room for a few lines does not end the gap');
  sink.drain();
  assert.deepEqual(gaps, [{ lines: 4, since: 1000 }]);
  destination.write('after\n');
  sink.drain();
  assert.equal(sink.text, `${line.repeat(10).slice(0, 60)}${line.repeat(4)}dropped 4\nafter\n`);
  assert.equal(destination.droppedLines, 4);
});

test('after an error of a file nothing is lost: the write is tried once a second', () => {
  const { clock, sink, destination } = made();
  destination.write('one\n');
  sink.take(0, full);
  destination.write('two\n');
  assert.equal(sink.under, undefined);
  clock.advance(999);
  assert.equal(sink.under, undefined);
  clock.advance(1);
  assert.equal(sink.under, 'one\n');
  sink.take(0, full);
  clock.advance(1000);
  sink.drain();
  assert.equal(sink.text, 'one\ntwo\n');
  assert.equal(destination.droppedLines, 0);
  assert.deepEqual(clock.getDelayedCalls(), []);
});

test('R-D23 the rest of a line that a full disk cut is written first', () => {
  const { clock, sink, destination } = made();
  destination.write('one\n');
  destination.write('two\n');
  sink.take(2);
  sink.take(0, full);
  clock.advance(1000);
  sink.drain();
  assert.equal(sink.text, 'one\ntwo\n');
});

test('R-D23 with several writers a cut line is ended with a newline and written once more, whole', () => {
  const { clock, sink, destination } = made({ shared: true });
  destination.write('one\n');
  destination.write('two\n');
  sink.take(2);
  sink.take(0, full);
  sink.text += '{another}\n';
  clock.advance(1000);
  sink.take(1);
  sink.drain();
  assert.equal(sink.text, 'on{another}\n\none\ntwo\n');
});

test('R-D23 whatever a disk takes and refuses, every line is there, whole and in order', () => {
  const turn = fc.oneof(fc.nat({ max: 12 }), fc.constant('full' as const), fc.constant('line' as const));
  fc.assert(
    fc.property(fc.array(turn), fc.boolean(), (turns, shared) => {
      const { clock, sink, destination } = made({ shared, queueBytes: 100_000 });
      let count = 0;
      for (const step of turns) {
        if (step === 'line') {
          count += 1;
          destination.write(`line ${count}\n`);
        } else if (sink.under === undefined) clock.advance(1000);
        else if (step === 'full') sink.take(0, full);
        else sink.take(step);
      }
      clock.advance(1000);
      sink.drain();
      const expected = Array.from({ length: count }, (_, index) => `line ${index + 1}`);
      const lines = sink.text.split('\n').slice(0, -1);
      if (shared) assert.deepEqual([...new Set(lines.filter((line) => expected.includes(line)))], expected);
      else assert.deepEqual(lines, expected);
      assert.equal(destination.droppedLines, 0);
    }),
  );
});

test('a pipe whose reader has gone is not fatal: what waits and what comes is counted, and nothing is tried', () => {
  const { clock, sink, destination } = made();
  sink.errorsAreFinal = true;
  destination.write('one\n');
  destination.write('two\n');
  sink.take(0, Object.assign(new Error('gone'), { code: 'EPIPE' }));
  destination.write('three\n');
  assert.equal(destination.droppedLines, 3);
  assert.equal(sink.closed, 1);
  assert.equal(sink.under, undefined);
  assert.deepEqual(clock.getDelayedCalls(), []);
});

test('R-D24 a file that is opened anew gets what waits, and the write under way ends in the old one', () => {
  const next = new FakeSink();
  const { sink, destination } = made({}, () => next);
  destination.write('one\n');
  destination.write('two\n');
  assert.equal(destination.reopen(), undefined);
  destination.write('three\n');
  sink.take();
  next.drain();
  assert.deepEqual([sink.text, next.text], ['one\n', 'two\nthree\n']);
  assert.ok(sink.closed > 0);
});

test('R-D24 a line that was cut in the old file is whole in the new one', () => {
  const next = new FakeSink();
  const { sink, destination, clock } = made({}, () => next);
  destination.write('one\n');
  sink.take(2);
  sink.take(0, full);
  destination.reopen();
  next.drain();
  assert.equal(next.text, 'one\n');
  assert.deepEqual(clock.getDelayedCalls(), []);
});

test('R-D24 two reopenings during one write leave the last, and each other one is closed', () => {
  const sinks = [new FakeSink(), new FakeSink()];
  let opened = 0;
  const { sink, destination } = made({}, () => sinks[opened++] ?? new FakeSink());
  destination.write('one\n');
  destination.write('two\n');
  destination.reopen();
  destination.reopen();
  sink.take();
  sinks[1]?.drain();
  assert.deepEqual([sink.text, sinks[0]?.text, sinks[1]?.text], ['one\n', '', 'two\n']);
  assert.equal(sinks[0]?.closed, 1);
});

test('R-D24 what cannot be opened anew keeps the old file, and says why', () => {
  const { sink, destination } = made({}, () => {
    throw new Error('EACCES: no');
  });
  assert.equal(destination.reopen(), 'EACCES: no');
  destination.write('one\n');
  sink.drain();
  assert.equal(sink.text, 'one\n');
  assert.equal(made().destination.reopen(), undefined);
});

test('a pipe whose reader has gone takes lines once it is opened anew, and tells of the gap', () => {
  const next = new FakeSink();
  const { sink, destination } = made({}, () => next);
  sink.errorsAreFinal = true;
  destination.write('one\n');
  sink.take(0, full);
  destination.reopen();
  destination.write('two\n');
  next.drain();
  assert.equal(next.text, 'dropped 1\ntwo\n');
});

test('R-D25 the end waits for what is queued, and is over at once when nothing is', async () => {
  const { clock, sink, destination } = made();
  await made().destination.end();
  destination.write('one\n');
  const ended = destination.end();
  assert.equal(sink.closed, 0);
  sink.drain();
  await ended;
  assert.equal(sink.text, 'one\n');
  assert.ok(sink.closed > 0);
  assert.deepEqual(clock.getDelayedCalls(), []);
  destination.write('late\n');
  assert.equal(destination.droppedLines, 1);
  assert.equal(destination.end(), ended);
});

test('R-D25 the end waits no longer than its deadline, and counts the rest', async () => {
  const { clock, sink, destination } = made();
  destination.write('one\n');
  destination.write('two\n');
  const ended = destination.end(300);
  clock.advance(300);
  await ended;
  assert.equal(destination.droppedLines, 2);
  assert.ok(sink.closed > 0);
  sink.take();
  assert.equal(sink.under, undefined);
});

test('R-D25 the end does not wait for a disk that is full, but tries it once more, with the gap', async () => {
  const { clock, sink, destination, gaps } = made({ queueBytes: 20 });
  destination.write('0123456789\n');
  destination.write('0123456789\n');
  sink.take(0, full);
  const ended = destination.end();
  assert.equal(gaps.length, 1);
  assert.equal(sink.under, '0123456789\n');
  sink.take(0, full);
  await ended;
  assert.ok(sink.closed > 0);
  assert.deepEqual(clock.getDelayedCalls(), []);
});

test('R-D25 an end of a destination whose reader has gone is over at once', async () => {
  const { sink, destination } = made();
  sink.errorsAreFinal = true;
  destination.write('one\n');
  const ended = destination.end();
  sink.take(0, full);
  await ended;
  const other = made();
  other.sink.errorsAreFinal = true;
  other.destination.write('one\n');
  other.sink.take(0, full);
  await other.destination.end();
});

test('R-D25 the last resort writes what waits at once, without what the system has already', () => {
  const { sink, destination } = made();
  destination.write('one\n');
  destination.write('two\n');
  destination.endNow();
  assert.equal(sink.text, 'two\n');
  assert.ok(sink.closed > 0);
  sink.take();
  assert.equal(sink.text, 'two\none\n');
  assert.equal(destination.droppedLines, 0);
});

test('R-D25 the last resort also writes what waits in a full pipe, once there is room', () => {
  const { sink, destination } = made();
  destination.write('one\n');
  destination.write('two\n');
  sink.pending = 4;
  sink.refusals = [wait, wait];
  destination.endNow();
  assert.equal(sink.text, 'one\ntwo\n');
});

test('R-D25 the last resort blocks no longer than its deadline', () => {
  const { sink, destination } = made();
  destination.write('one\n');
  sink.pending = 4;
  sink.refusals = Array.from({ length: 1000 }, () => wait);
  const since = performance.now();
  destination.endNow(30);
  assert.ok(performance.now() - since < 1000);
  assert.ok(sink.refusals.length > 900);
  assert.equal(destination.droppedLines, 1);
});

test('a line that never fits costs only itself', () => {
  const { sink, destination } = made({ queueBytes: 40 });
  destination.write(`${'x'.repeat(50)}\n`);
  destination.write('one\n');
  sink.drain();
  assert.equal(sink.text, 'dropped 1\none\n');
});
