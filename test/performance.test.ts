import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { describe, test } from 'node:test';

const PAGE = 'docs/performance.md';

/** Runs the command that makes the page. */
function performance(...words: string[]): { readonly status: number | null; readonly stderr: string } {
  const command = ['--conditions=couplet-source', 'scripts/performance.mjs', ...words];
  return spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000 });
}

// What makes it is TypeScript.
describe(PAGE, { skip: !process.features.typescript && 'this Node runs no TypeScript' }, () => {
  test('the page and its pictures are what npm run performance makes of the committed results', () => {
    const { status, stderr } = performance('--check');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  test('its figures are those of one run, which it names', () => {
    const { date, rows } = JSON.parse(readFileSync('bench/results/published.json', 'utf8'));
    const page = readFileSync(PAGE, 'utf8');
    assert.ok(page.includes(date.slice(0, 10)));
    assert.equal([...page.matchAll(/^### /gm)].length, rows.length);
  });

  test('the pictures are dark where the system is, have their text as text, and take nothing from elsewhere', () => {
    const pictures = [...readFileSync(PAGE, 'utf8').matchAll(/!\[[^\]]+\]\((pictures\/.+?\.svg)\)/g)];
    assert.ok(pictures.length >= 3);
    for (const [, path = ''] of pictures) {
      const svg = readFileSync(`docs/${path}`, 'utf8');
      assert.match(svg, /prefers-color-scheme:dark/);
      assert.match(svg, /<text[^>]*>[^<]/);
      assert.doesNotMatch(svg, /(?:href|src)=|url\((?!#)|<script/);
    }
  });
});
