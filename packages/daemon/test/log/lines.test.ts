import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { bounded } from '../../src/log/bounded.ts';
import { errorFields } from '../../src/log/error-fields.ts';
import { pretty } from '../../src/log/pretty.ts';
import { printable } from '../../src/log/printable.ts';

/** Texts as a peer may send them: every unit, halves of characters and what a terminal obeys among them. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom('\u001b[31m', '\r\n', '\ud800', '\u2028', '\u009b2J', '\u202e', '\u{e0041}', 'a\u0000b', '...'),
);
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const head = { level: 'info', time: '2026-11-30T09:00:00.123Z', pid: 7, hostname: 'host' };

test('R-D26 a line of JSON has only what can be printed, and its values are those that were written', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.array(hostile))), (fields) => {
      const line = bounded(JSON.stringify(fields), 1_000_000);
      assert.doesNotMatch(line, UNPRINTABLE);
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(fields)));
    }),
  );
});

test('R-D26 a line is never longer than its bound, remains JSON, and says which line it is', () => {
  const nested = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
  const long = fc.tuple(hostile, fc.integer({ min: 0, max: 6000 })).map(([text, times]) => text.repeat(times % 700));
  fc.assert(
    fc.property(
      fc.dictionary(hostile, fc.oneof(long, nested), { maxKeys: 60 }),
      fc.integer({ min: 1024, max: 5000 }),
      (fields, most) => {
        const line = bounded(JSON.stringify({ ...head, ...fields, ...head }), most);
        assert.ok(Buffer.byteLength(line) <= most, `${Buffer.byteLength(line)} > ${most}`);
        assert.doesNotMatch(line, UNPRINTABLE);
        const { level, time, pid, hostname } = JSON.parse(line);
        assert.deepEqual({ level, time, pid, hostname }, head);
      },
    ),
    { numRuns: 200 },
  );
});

test('R-D26 of 1 MB in a field what fits is kept, and it ends with three dots; short fields stay', () => {
  for (const text of ['a'.repeat(1_000_000), '\u001b'.repeat(1_000_000), '😀'.repeat(500_000)]) {
    const line = bounded(JSON.stringify({ ...head, peer: '192.0.2.7:56324', text, after: 'kept' }), 4095);
    const record = JSON.parse(line);
    assert.ok(Buffer.byteLength(line) <= 4095);
    assert.ok(line.length > 1000, `${line.length} are kept`);
    assert.match(record.text, /[^.]\.\.\.$/);
    assert.ok(text.startsWith(record.text.slice(0, -3)), 'and no half of a character');
    assert.equal(record.peer, '192.0.2.7:56324');
    assert.equal(record.after, 'kept');
  }
});

test('a line that fits is not changed, to the byte', () => {
  const fits = JSON.stringify({ ...head, text: 'é'.repeat(1000) });
  assert.equal(bounded(fits, Buffer.byteLength(fits)), fits);
  assert.notEqual(bounded(fits, Buffer.byteLength(fits) - 1), fits);
});

test('even names without number and without end leave a line', () => {
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${'k'.repeat(200)}${index}`, {}]));
  const line = bounded(JSON.stringify({ ...head, event: 'error', level: 'error', ...fields }), 1024);
  assert.ok(Buffer.byteLength(line) <= 1024);
  const { level, event } = JSON.parse(line);
  assert.deepEqual({ level, event }, { level: 'error', event: 'error' });
});

test('R-D26 a pretty line is one line whatever a peer sent, and each line of a stack is indented', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, value, msg) => {
      const line = pretty(JSON.stringify({ ...head, [`x${name}`]: value, msg, event: 'connection' }), false);
      assert.doesNotMatch(line, UNPRINTABLE);
      const [first, ...frames] = pretty(JSON.stringify({ ...head, err: errorFields(new Error(msg)) }), false).split(
        '\n',
      );
      assert.match(first ?? '', /^2026-11-30T09:00:00.123Z INFO {2}error=/);
      for (const frame of frames) {
        assert.match(frame, /^ {4}/);
        assert.doesNotMatch(frame, UNPRINTABLE);
      }
    }),
  );
});

test('a pretty line has time, level, event, text and pairs; a level has a color if asked', () => {
  const record = {
    ...head,
    level: 'warn',
    event: 'connection',
    msg: 'gone',
    id: 7,
    peer: '::1',
    why: 'a "b" c',
    more: { a: 1 },
  };
  assert.equal(
    pretty(JSON.stringify(record), false),
    '2026-11-30T09:00:00.123Z WARN  connection gone id=7 peer=::1 why="a \\"b\\" c" more="{\\"a\\":1}"',
  );
  assert.equal(pretty(JSON.stringify({ ...head, msg: 'x' }), true), `${head.time} \u001b[32mINFO \u001b[0m x`);
  assert.equal(pretty(JSON.stringify({ ...head, err: 'odd' }), false), `${head.time} INFO  error=odd`);
});

test('errors are told with the stacks of their causes and their code, and what is thrown instead of one too', () => {
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const { name, message, stack, code } = errorFields(new TypeError('not written', { cause }));
  assert.deepEqual({ name, message, code }, { name: 'TypeError', message: 'not written', code: undefined });
  assert.match(stack ?? '', /^TypeError: not written\n {4}at [\s\S]*\ncaused by: Error: no space\n {4}at /);
  assert.equal(errorFields(cause).code, 'ENOSPC');
  assert.deepEqual(errorFields(undefined), { name: 'undefined', message: 'undefined' });
  assert.deepEqual(errorFields({ a: 1 }), { name: 'object', message: inspect({ a: 1 }) });
  const circle = new Error('a circle');
  circle.cause = circle;
  assert.ok(errorFields(circle).stack);
  const traps = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('trap');
    },
  });
  assert.deepEqual(errorFields(traps), { name: 'unknown', message: 'an error that cannot be read' });
});

test('what can be printed stays as it is', () => {
  assert.equal(printable('Grüße, 世界 😀 \\ "'), 'Grüße, 世界 😀 \\ "');
  assert.equal(printable('\u{e0041}\n'), '\\udb40\\udc41\\u000a');
});
