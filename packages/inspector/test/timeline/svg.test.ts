import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { describe, test } from 'node:test';
import { drawTimeline, type Shape, type TimelineOptions, timelineHTML, timelineSVG } from '../../src/entry/timeline.ts';
import type { Recording } from '../../src/timeline/recording.ts';
import { textWidth } from '../../src/timeline/text.ts';
import { blocking, compared, together, troubled } from './recordings.ts';
import { allOf, ofClass, type Parsed, parseXML } from './xml.ts';

const SNAPSHOT = 'packages/inspector/test/timeline/three-poems.svg';

/** Three poems that are short, so that the snapshot is. */
const SHORT = [
  { bytes: 290, each: 30, first: 1.8 },
  { bytes: 60, each: 10, first: 34.1 },
  { bytes: 64, each: 10, first: 68.3 },
];

/** Each drawing that is looked at. */
const DRAWINGS: readonly (readonly [name: string, recording: Recording, options: TimelineOptions])[] = [
  ['of three poems', { runs: [together()] }, {}],
  ['of three poems, one after the other', { runs: [blocking()] }, {}],
  ['of both', compared(), {}],
  ['of both in Chinese', compared(), { language: 'zh' }],
  ['of both, moving', compared(), { moving: true }],
  ['of twelve poems with troubles', troubled(), {}],
  ['of twelve poems, in Chinese and narrow', troubled(), { language: 'zh', width: 480 }],
  ['of a window of them', troubled(), { finished: false, from: 700, to: 2200, rowHeight: 14, origin: 2200 }],
  ['of nothing', { runs: [] }, {}],
];

function title({ children }: Parsed): string | undefined {
  return children.find(({ name }) => name === 'title')?.text;
}

/** All that is read, without the styles. */
function textsOf(svg: Parsed): string[] {
  return allOf(svg)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
}

describe('T-3 the SVG of a recording', () => {
  test('equals its snapshot, each time', () => {
    const { UPDATE_SNAPSHOTS } = process.env;
    const svg = timelineSVG({ runs: [blocking(SHORT), together(SHORT)] });
    if (UPDATE_SNAPSHOTS !== undefined) writeFileSync(SNAPSHOT, svg);
    assert.equal(svg, readFileSync(SNAPSHOT, 'utf8'));
    assert.equal(svg, timelineSVG({ runs: [blocking(SHORT), together(SHORT)] }));
  });

  for (const [name, recording, options] of DRAWINGS) {
    test(`${name} is XML without a script or a thing from elsewhere, and dark where the system is`, () => {
      const text = timelineSVG(recording, options);
      const svg = parseXML(text.trimEnd());
      assert.equal(svg.name, 'svg');
      assert.ok(allOf(svg).every((element) => element.name !== 'script' && element.name !== 'foreignObject'));
      const outside = text.replace('xmlns="http://www.w3.org/2000/svg"', '').match(/https?:|url\((?!#)|href|@import/g);
      assert.equal(outside, null);
      assert.ok(text.includes('@media(prefers-color-scheme:dark)'));
    });

    test(`${name} has a title on every bar and every stroke`, () => {
      const svg = parseXML(timelineSVG(recording, options).trimEnd());
      const bars = ofClass(svg, 'timed')
        .flatMap(allOf)
        .filter((one) => one.name === 'rect' || one.name === 'path')
        .filter(({ attributes }) => !/\b(grid|pending)\b/.test(attributes.get('class') ?? ''));
      assert.ok(recording.runs.length === 0 || bars.length > 20);
      for (const bar of bars) assert.match(title(bar) ?? '', /\S/, bar.attributes.get('class'));
    });

    test(`${name} has no text over another, and none outside`, () => {
      const { width, height } = drawTimeline(recording, options);
      const boxes = boxesOf(parseXML(timelineSVG(recording, options).trimEnd()));
      for (const box of boxes)
        assert.ok(box.left >= 0 && box.right <= width && box.y <= height, `${box.text} at ${box.left}`);
      for (const [at, one] of boxes.entries())
        for (const two of boxes.slice(at + 1)) {
          const apart = Math.abs(one.y - two.y) >= 12 || one.right <= two.left || two.right <= one.left;
          assert.ok(apart, `'${one.text}' and '${two.text}'`);
        }
    });
  }

  test('prints the busy share, under 1 % for the three poems, and for whom the thread waits', () => {
    const texts = textsOf(parseXML(timelineSVG(compared()).trimEnd()));
    const shares = texts.flatMap((text) => /^busy 9 ms of \S+ s \(([\d.]+) %\)$/.exec(text)?.[1] ?? []);
    assert.deepEqual(shares.map(Number), [0.04, 0.09]);
    for (const port of [10_000, 10_001, 10_002]) assert.ok(texts.includes(`waits for 127.0.0.1:${port}`));
    assert.ok(texts.includes('waits for any of 3'));
    // Two tasks, and the legend.
    assert.equal(texts.filter((text) => text === 'waits its turn').length, 3);
  });

  test('magnifies 300 ms, in which the turns of the tasks can be read', () => {
    const svg = parseXML(timelineSVG(compared()).trimEnd());
    const turns = ofClass(svg, 'magnifier').map((magnifier) => ofClass(magnifier, 'number').map(({ text }) => text));
    assert.deepEqual(turns, [
      ['1', '1', '1'],
      ['1', '2', '3', '1', '2', '3', '1', '2', '3'],
    ]);
    assert.equal(textsOf(svg).filter((text) => text === '300 ms, magnified').length, 2);
  });

  test('says in words what failed, what is not finished, and what held the thread', () => {
    const svg = parseXML(timelineSVG(troubled()).trimEnd());
    const texts = textsOf(svg);
    assert.ok(texts.includes('✗ connection refused'));
    assert.ok(texts.includes('… 750 bytes, not finished'));
    assert.ok(texts.includes('412 ms'));
    const titles = allOf(svg).flatMap((element) => title(element) ?? []);
    assert.ok(titles.includes('Shout.lineReceived: ran 412 ms, 1.50 s'));
    const failure = 'Task 8: failed after 650 bytes, 3.86 s: got 320 bytes of poetry, expected 1000 bytes of it';
    assert.ok(titles.includes(failure));
    // What is cut is whole there.
    assert.ok(texts.some((text) => /^tls:a-host.*…$/.test(text)));
    assert.ok(titles.includes('Task 8 tls:a-host-with-quite-a-long-name.example.org:10000:timeout=5'));
  });

  test('compares the times of its runs in its title', () => {
    const english = parseXML(timelineSVG(compared()).trimEnd());
    assert.equal(title(english), '9.83 s instead of 22.28 s: 2.3 times as fast');
    const chinese = parseXML(timelineSVG(compared(), { language: 'zh' }).trimEnd());
    assert.equal(title(chinese), '9.83 s，而不是 22.28 s：速度是原来的 2.3 倍');
  });

  test('that moves is the same one below what is not seen before its time', () => {
    const svg = parseXML(timelineSVG(compared(), { moving: true }).trimEnd());
    const still = parseXML(timelineSVG(compared()).trimEnd());
    const [motion] = ofClass(svg, 'motion');
    assert.deepEqual(textsOf(svg), textsOf(still));
    assert.equal(allOf(svg).length - allOf(still).length, motion === undefined ? 0 : allOf(motion).length);
    const style = motion?.children.find(({ name }) => name === 'style')?.text ?? '';
    assert.match(style, /^\.couplet-timeline \.motion\{display:none\}\n@media\(prefers-reduced-motion:no-preference\)/);
    // The longest run takes ten seconds of fifteen.
    const longest = Math.max(...compared().runs.map(({ endMs }) => endMs));
    const percents = [...style.matchAll(/\{opacity:1\}([\d.]+)%/g)].map(([, percent]) => Number(percent));
    for (const { endMs, lanes } of compared().runs)
      for (const ms of [endMs, ...lanes.flatMap(({ end }) => end?.at ?? [])])
        assert.ok(percents.includes(Number(((ms / longest) * (200 / 3)).toFixed(2))), `${ms} ms in ${percents}`);
    assert.deepEqual(style.match(/transform:none\}[\d.]+%/g), ['transform:none}66.67%']);
  });

  test('moves only what has finished, and no page', () => {
    assert.doesNotMatch(timelineSVG(compared(), { moving: true, finished: false }), /@keyframes/);
    assert.doesNotMatch(timelineHTML(compared(), { moving: true }), /@keyframes/);
  });

  test('has no English words in Chinese, but for names', () => {
    for (const recording of [compared(), troubled()]) {
      const svg = parseXML(timelineSVG(recording, { language: 'zh' }).trimEnd());
      const names =
        /get-poetry.*|Task \d+|127[\d.]+:\d+|tls:\S+|Download\.\w+|Shout\.\w+|[✗：][^：]*(refused|poetry).*|\d m?s/g;
      const words = allOf(svg)
        .filter((element) => element.name === 'text' || element.name === 'title')
        .map(({ text }) => text.replace(names, ''));
      assert.deepEqual(
        words.filter((text) => /[a-z]{3}/i.test(text)),
        [],
      );
    }
  });

  test('shows names with markup and control characters as text', () => {
    const [run] = troubled().runs;
    assert.ok(run !== undefined);
    const name = '<script>alert("1 & 2")</script>\u0000\u001B[31m\uD800';
    const svg = parseXML(timelineSVG({ runs: [{ ...run, name }] }).trimEnd());
    assert.ok(textsOf(svg).includes('<script>alert("1 & 2")</script>\uFFFD\uFFFD[31m\uFFFD'));
  });

  test('costs as much as there are columns, not as much as was recorded', () => {
    const [few, many] = [1500, 6000].map((count) => timelineSVG(busy(20, count)).length);
    assert.ok(few !== undefined && many !== undefined && many < 1.3 * few, `${few} and ${many} characters`);
  });

  test('has no more marks for callbacks that hold the thread than columns, and all of them in red', () => {
    const callbacks = Array.from({ length: 20_000 }, (_, at) => ({ at: 180 * at, ms: 12, lane: 1, name: 'Slow.call' }));
    const run = { ...blocking(), endMs: 3_600_000, callbacks };
    const svg = parseXML(timelineSVG({ runs: [run] }).trimEnd());
    const strokes = ofClass(svg, 'held').filter(({ name }) => name === 'path');
    assert.ok(strokes.length > 500 && strokes.length <= 565, `${strokes.length} strokes`);
    assert.match(strokes[0]?.children[0]?.text ?? '', /^\d+ callbacks: ran \d+ ms, 0 ms to /);
    assert.ok(allOf(svg).length < 3000, `${allOf(svg).length} elements`);
  });

  test('takes 200 lanes and 100,000 chunks, with one element for each row of strokes', () => {
    const recording = busy(200, 500);
    const began = process.cpuUsage();
    const { shapes } = drawTimeline(recording, { finished: false });
    const { user } = process.cpuUsage(began);
    // A tenth of that where nothing else runs.
    assert.ok(user < 3_000_000, `${user} µs`);
    const count = (shape: Shape | string): number =>
      typeof shape === 'string' ? 0 : shape.children.reduce((sum, child) => sum + count(child), 1);
    assert.ok(shapes.reduce((sum, shape) => sum + count(shape), 0) < 25 * 200);
  });
});

/** Lanes with that many chunks each. */
function busy(lanes: number, chunks: number): Recording {
  const run = together(Array.from({ length: lanes }, () => ({ bytes: chunks, each: 1, first: 1 })));
  return { runs: [{ ...run, callbacks: run.callbacks.slice(0, 10_000) }] };
}

/** Where the texts are, as wide as they are thought to be. */
function boxesOf(svg: Parsed): { text: string; left: number; right: number; y: number }[] {
  return allOf(svg)
    .filter(({ name }) => name === 'text')
    .map(({ text, attributes, parent }) => {
      const [, dx = '0', dy = '0'] = /translate\((\S+) (\S+)\)/.exec(parent?.attributes.get('transform') ?? '') ?? [];
      const kind = attributes.get('class') ?? '';
      const width = textWidth(text, kind.includes('title') ? 15 : /small|fact|word|number/.test(kind) ? 11 : 12);
      const middle = attributes.get('text-anchor') === 'middle' || /word|number/.test(kind);
      const left = Number(attributes.get('x')) + Number(dx) - (middle ? width / 2 : 0);
      return { text, left, right: left + width, y: Number(attributes.get('y')) + Number(dy) };
    });
}
