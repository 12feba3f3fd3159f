import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Gap } from '../../src/log/destination.ts';
import type { Log } from '../../src/log/log.ts';
import type { LogOptions } from '../../src/log/open-log.ts';
import { openLog } from '../../src/log/open-log.ts';
import type { Line } from './written.ts';

/** A log whose lines are kept. */
function kept(options: Partial<LogOptions> = {}, lineBytes = 4096) {
  const lines: string[] = [];
  let tell: (gap: Gap) => void = () => {};
  const destination: LogOptions['destination'] = {
    lineBytes,
    terminal: false,
    write: (line) => lines.push(line),
    onGap(call) {
      tell = call;
    },
  };
  const log = openLog({ destination, format: 'json', level: 'info', ...options });
  return { log, lines, gap: (gap: Gap) => tell(gap), last: (): Line => JSON.parse(lines.at(-1) ?? '') };
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

test('a line has its level by name, the time in UTC, the process, the fields and the text', () => {
  const { log, lines } = kept({ fields: { slot: 2, generation: 4 } });
  log.child({ service: 'poetry/slow' }).info({ event: 'listening', host: '127.0.0.1:10000' }, 'it listens');
  const { time, ...rest } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(rest, {
    level: 'info',
    pid: process.pid,
    hostname: hostname(),
    slot: 2,
    generation: 4,
    service: 'poetry/slow',
    event: 'listening',
    host: '127.0.0.1:10000',
    msg: 'it listens',
  });
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(lines[0]?.at(-1), '\n');
});

test('lines of lesser levels are not written, of a child neither', () => {
  for (const [index, level] of LEVELS.entries()) {
    const { log, lines } = kept({ level });
    for (const one of LEVELS) {
      log[one]('text');
      log.child({ a: 1 })[one]({ b: 1 });
    }
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).level),
      LEVELS.slice(0, index + 1).flatMap((one) => [one, one]),
    );
  }
});

test('an error in the field err has its name, message and stack', () => {
  const { log, last } = kept();
  log.error({ err: new RangeError('too far') }, 'not done');
  const { name, message, stack } = last().err ?? {};
  assert.deepEqual([name, message], ['RangeError', 'too far']);
  assert.match(stack ?? '', /^RangeError: too far\n {4}at /);
});

test('a percent sign in a text is a percent sign', () => {
  const { log, lines } = kept();
  log.info('100 %s %d %%');
  log.info({ a: 1 }, '%o');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['100 %s %d %%', '%o'],
  );
});

test('R-D26 whatever is logged: one line of JSON or of pretty text within its bound, never an error', () => {
  const written = fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 9000, size: 'max' }));
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), written),
      written,
      fc.constantFrom(4096, 16_384),
      (fields, odd, bytes) => {
        for (const format of ['json', 'pretty'] as const) {
          const { log, lines } = kept({ format }, bytes);
          log.info({ ...fields, odd }, 'text');
          log.child({ odd }).info({ ...fields });
          assert.equal(lines.length, 2);
          for (const line of lines) {
            assert.ok(Buffer.byteLength(line) <= bytes, `${Buffer.byteLength(line)}`);
            assert.ok(line.endsWith('\n'));
            assert.doesNotMatch(line.slice(0, -1), format === 'json' ? /[\p{Cc}\p{Cf}\p{Cs}]/u : /\n(?! {4})/);
            if (format === 'json') assert.equal(typeof JSON.parse(line), 'object');
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('fields that cannot be read cost the line only, and a child of them is the log', () => {
  const traps = {
    get trap(): never {
      throw new Error('no');
    },
  };
  const { log, lines, last } = kept();
  log.info(traps, 'text');
  assert.equal(last().level, 'info');
  assert.equal(last().err?.message, 'no');
  log.child(traps).info('after');
  const circle = { again: {} };
  circle.again = circle;
  log.info({ circle, big: 10n, symbol: Symbol('s'), call: () => {}, nothing: undefined });
  assert.equal(lines.length, 3);
});

test('a gap is told at every level, with the number of the lines and since when', () => {
  for (const level of LEVELS) {
    const { gap, last } = kept({ level });
    gap({ lines: 7, since: Date.parse('2026-11-30T09:00:00.123Z') });
    const { event, lines, since, level: told } = last();
    assert.deepEqual([event, lines, since, told], ['log.dropped', 7, '2026-11-30T09:00:00.123Z', 'warn']);
  }
});

test('the format for people: one line, then the stack, with colors only if asked', () => {
  const { log, lines } = kept({ format: 'pretty' });
  log.warn({ event: 'reload.failed', reason: 'it \u001b[31m threw' });
  log.error({ err: new Error('a\nb') });
  assert.match(lines[0] ?? '', /^\S+Z WARN {2}reload\.failed reason="it \\\\?u001b\[31m threw"\n$/);
  assert.match(lines[1] ?? '', /^\S+Z ERROR [^\n]*a\\u000ab[^\n]*\n {4}Error: a\n {4}b\n {4}at [^\n]+\n/);
  const colored = kept({ format: 'pretty', color: true });
  colored.log.info('x');
  assert.ok(colored.lines[0]?.includes('\u001b[32mINFO'));
});

test('a log can be given to what wants one', () => {
  const { log } = kept();
  const wanted: Log = log.child({});
  assert.deepEqual(Object.keys(wanted).sort(), [...LEVELS, 'child'].sort());
});
