import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Frame } from 'couplet-inspector';
import fc from 'fast-check';
import { bytes, compact, lasting, milliseconds } from '../../src/top/amounts.ts';
import { cell, widthOf } from '../../src/top/cells.ts';
import type { Look } from '../../src/top/look.ts';
import type { Scene, Size } from '../../src/top/screen.ts';
import { printed, screen } from '../../src/top/screen.ts';
import { frameOf } from '../../src/top/shown-frame.ts';
import { frame, row } from './frame-server.ts';

const LOOK: Look = {
  sort: 'id',
  descending: false,
  filter: '',
  paused: false,
  first: 0,
  most: Number.POSITIVE_INFINITY,
};

function scene(changes: Partial<Frame> = {}): Scene {
  return { target: 'http://127.0.0.1:41263', frame: frame(changes), offset: 0 };
}

function lines(size: Size, look: Partial<Look> = {}, changes: Partial<Frame> = {}): string[] {
  return screen(scene(changes), { ...LOOK, ...look }, size).map(({ text }) => text.trimEnd());
}

test('numbers have at most four characters, and what they are of', () => {
  assert.deepEqual([0, 0.5, 7, 999, 999.6, 5120, 16_384, 99_960, 1.5e6, 1e18].map(compact), [
    ...['0', '0.5', '7', '999', '1.0k', '5.1k', '16k', '100k', '1.5M', '1000P'],
  ]);
  assert.deepEqual([310, 5120].map(bytes), ['310 B', '5.1 kB']);
  assert.deepEqual([0, 61_000, 3_723_000, 273_600_000].map(lasting), ['0:00', '1:01', '1:02:03', '3d 04h']);
  assert.deepEqual([0.42, 412, 5200, 61_000].map(milliseconds), ['0.4 ms', '412 ms', '5.2 s', '61 s']);
});

test('a cell has its width, whatever is in it', () => {
  assert.equal(cell('ab', 4), 'ab  ');
  assert.equal(cell('ab', 4, true), '  ab');
  assert.equal(cell('abcdef', 4), 'abc~');
  assert.equal(cell('将进酒', 6), '将进酒');
  assert.equal(cell('将进酒', 5), '将进~');
  assert.equal(cell('将进酒', 4), '将~ ');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      assert.equal(widthOf(cell(text, columns)), columns);
    }),
  );
});

describe('the screen', () => {
  test('has the head, the table, and what the keys do', () => {
    assert.deepEqual(lines({ width: 120, height: 9 }), [
      'couplet-top  http://127.0.0.1:41263   node   up 1:02:03',
      'open 2 (most 5)   accepted 12 (0.5/s)   in 0 B/s   out 5.1 kB/s   sockets 1 listening + 2 accepted + 0 made   errors 0',
      'refused 3: CONNECTION_LIMIT 2, NOT_ALLOWED 1',
      'asleep 99.6 %   late p99 1.2 ms   held Shout.lineReceived 412 ms, connection 9',
      'id  peer             port             protocol    state  waits    in/s  out/s  in   out  queued  max  idle   age  tls',
      ' 7  127.0.0.1:50007  127.0.0.1:10000  SlowPoetry  open   nothing     0    310   0  1.2k       0  16k     -  1:01  -',
      ' 9  127.0.0.1:50009  127.0.0.1:10000  SlowPoetry  open   nothing     0    310   0  1.2k       0  16k     -  1:01  -',
      '',
      '1-2 of 2   by id, smallest first   s sort  r reverse  / filter  p pause  q quit',
    ]);
  });

  test('leaves out the least important columns, not the one it is sorted by', () => {
    const heading = (width: number, look: Partial<Look> = {}): string | undefined =>
      lines({ width, height: 40 }, look).find((line) => /^id +peer/.test(line));
    assert.equal(heading(60), 'id  peer             protocol    waits    out/s  queued');
    assert.equal(heading(60, { sort: 'age' }), 'id  peer             protocol    waits    out/s   age');
    assert.equal(heading(20), 'id  peer');
  });

  test('shows the rows that were scrolled to, and no more than -n', () => {
    const rows = Array.from({ length: 40 }, (_, at) => row(at + 1));
    const shown = lines({ width: 80, height: 10 }, { first: 30, most: 33 }, { rows });
    assert.match(shown.at(-1) ?? '', /^31-33 of 40 /);
    assert.deepEqual(
      shown.filter((line) => /^\d+ {2}127/.test(line)).map((line) => Number.parseInt(line, 10)),
      [31, 32, 33],
    );
  });

  test('fits every size, and is never larger', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 50 }),
        fc.nat(60),
        (width, height, first) => {
          const rows = Array.from({ length: 60 }, (_, at) => row(at + 1, { protocol: '诗'.repeat(at) }));
          const shown = screen(scene({ rows }), { ...LOOK, first }, { width, height });
          assert.equal(shown.length, height);
          for (const { text } of shown) assert.ok(widthOf(text) <= width, `${width}: '${text}'`);
        },
      ),
    );
  });

  test('says what is out of the ordinary', () => {
    const processes = [
      { slot: 0, generation: 1, pid: 11, shown: false },
      { slot: 1, generation: 2, pid: 22, shown: true },
    ];
    const late: Scene = { ...scene({ dropped: 3, processes }), silentMs: 5200 };
    const shown = screen(late, { ...LOOK, paused: true, filter: 'x' }, { width: 100, height: 20 });
    const text = shown.map((line) => line.text).join('\n');
    assert.match(text, /PAUSED {3}3 frames dropped/);
    assert.match(text, /process 1\.2 \(pid 22, n for the next of 2\)/);
    assert.match(text, /no frame for 5\.2 s: something may hold its event loop/);
    assert.match(text, /with 'x'/);
    assert.equal(screen(late, { ...LOOK, draft: 'ab' }, { width: 100, height: 20 }).at(-1)?.text, 'filter: ab_');
  });

  test('marks what waits for something', () => {
    const shown = screen(scene({ rows: [row(1), row(2, { waiting: 'peer' })] }), LOOK, { width: 80, height: 20 });
    const kinds = shown.filter(({ text }) => /^ ?[12] {2}127/.test(text)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['plain', 'waiting']);
  });
});

describe('I-12', () => {
  const evil = '<script>\u001b[31m\u009b2J\r\n\u202e\u0007';
  const told = {
    rows: [row(7, { protocol: evil, peer: evil, state: 'open' })],
    loop: { ...frame().loop, held: [{ who: evil, where: evil, ms: 1, at: 0 }] },
    runtime: evil,
  } satisfies Partial<Frame>;

  test('I-12: no character of a name or a reason is obeyed, and none is lost', () => {
    for (const text of [
      printed(scene(told), LOOK, 300),
      ...lines({ width: 300, height: 20 }, { filter: evil }, told),
    ]) {
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
    }
    assert.match(printed(scene(told), LOOK, 300), /<script>\\u001b\[31m\\u009b2J\\u000d\\n\\u202e\\u0007/);
  });
});

describe('a frame', () => {
  test('is read, whatever it has besides', () => {
    const whole = { ...frame(), more: true };
    assert.deepEqual(frameOf(JSON.stringify(whole)), whole);
  });

  test('is not read if something of it is missing or of another type', () => {
    for (const text of ['', 'null', '[]', '{', JSON.stringify({ ...frame(), now: '1' })])
      assert.equal(frameOf(text), undefined);
    const { peer: _, ...without } = row(1);
    assert.ok(frameOf(JSON.stringify(frame({ rows: [without] }))));
    const { state: __, ...stateless } = row(1);
    assert.equal(frameOf(JSON.stringify({ ...frame(), rows: [stateless] })), undefined);
  });
});
