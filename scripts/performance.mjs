// Makes docs/performance.md and its pictures: `npm run performance` of bench/results/latest.json, which the last run of the bench wrote, and of
// which it keeps bench/results/published.json; `-- --again` of what is kept; `-- --check` says whether the page is what it would make of that.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chartsOf } from './performance-charts.mjs';
import { pageOf } from './performance-page.mjs';
import { kept, measuredIn } from './performance-results.mjs';

const ROOT = join(import.meta.dirname, '..');
const LATEST = 'bench/results/latest.json';
const PUBLISHED = 'bench/results/published.json';

const { values } = parseArgs({ options: { again: { type: 'boolean' }, check: { type: 'boolean' } } });
const again = values.again === true || values.check === true;
const published = again ? read(PUBLISHED) : kept(JSON.parse(read(LATEST)));
const results = measuredIn(JSON.parse(published));
const files = { [PUBLISHED]: published, 'docs/performance.md': pageOf(results), ...chartsOf(results) };

const changed = Object.entries(files).filter(([path, text]) => textOf(path) !== text);
if (values.check === true) {
  for (const [path] of changed) console.error(`${path} is not what npm run performance makes of ${PUBLISHED}`);
  process.exitCode = changed.length === 0 ? 0 : 1;
} else {
  mkdirSync(join(ROOT, 'docs/pictures'), { recursive: true });
  for (const [path, text] of changed) writeFileSync(join(ROOT, path), text);
  console.log(changed.length === 0 ? 'nothing has changed' : `written: ${changed.map(([path]) => path).join(', ')}`);
}

function read(path) {
  const text = textOf(path);
  if (text === undefined) throw new Error(`there is no file '${path}': measure first, with npm run bench`);
  return text;
}

function textOf(path) {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}
