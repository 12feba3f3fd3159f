import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Script } from 'node:vm';
import { timelineHTML } from '../../src/entry/timeline.ts';
import { compared, troubled } from './recordings.ts';
import { allOf, ofClass, parseXML } from './xml.ts';

/** The drawing in a page. */
function drawingOf(html: string): ReturnType<typeof parseXML> {
  return parseXML(html.slice(html.indexOf('<svg'), html.indexOf('</svg>') + '</svg>'.length));
}

describe('T-5 the HTML of a recording', () => {
  const html = timelineHTML(compared());

  test('forbids itself to load anything, and asks for nothing', () => {
    assert.ok(html.includes(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"`));
    const foreign = html
      .replaceAll('http://www.w3.org/2000/svg', '')
      .match(/https?:|<link|<img|src="|@import|url\((?!#)/g);
    assert.equal(foreign, null);
  });

  test('has a script that is JavaScript, which text of the recording cannot end', () => {
    const [run] = troubled().runs;
    assert.ok(run !== undefined);
    const evil = timelineHTML({ runs: [{ ...run, name: '</script><script>alert(1)</script>' }] });
    const scripts = [...evil.matchAll(/<script>(.*?)<\/script>/gs)];
    assert.equal(scripts.length, 1);
    assert.doesNotThrow(() => new Script(scripts[0]?.[1] ?? ''));
  });

  test('has the drawing with finer strokes than the SVG, and the words that may find room', () => {
    const svg = drawingOf(html);
    assert.ok(Number(svg.attributes.get('data-right')) > Number(svg.attributes.get('data-left')));
    assert.equal(Number(svg.attributes.get('data-end')), compared().runs[0]?.endMs);
    // Each chunk of the two runs has a stroke of its own.
    assert.equal(ofClass(svg, 'chunk').filter(({ parent }) => parent?.name === 'g').length, 2 * (99 + 61 + 65) + 1);
    const words = allOf(svg).flatMap(({ attributes }) => attributes.get('data-words') ?? []);
    assert.deepEqual(JSON.parse(words[0] ?? ''), ['waits its turn']);
  });

  test('says its language', () => {
    assert.match(html, /<html lang="en">/);
    const chinese = timelineHTML(compared(), { language: 'zh' });
    assert.match(chinese, /<html lang="zh-CN">/);
    assert.match(chinese, /滚轮/);
  });
});
