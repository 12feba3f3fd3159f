// Makes packages/inspector/src/web/page.ts of packages/inspector/page: one HTML file with its script and its style in it, and the policy under
// which a browser runs these two and nothing else.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST_BYTES = 30_000;
const WRITTEN = 'src/web/page.ts';

/** Two circles, coupled. */
const ICON = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='#2b7a78' stroke-width='2'><circle cx='5.5' cy='8' r='4'/><circle cx='10.5' cy='8' r='4'/></svg>`;

/** What makes the table again of its lines. */
const UNPACKED = `const [keys, ...texts] = document.querySelector('#words').text.split('\\n').map((line) => line.split('\\t'));
export const WORDS = Object.fromEntries(keys.map((key, at) => [key, texts.map((text) => text[at])]));`;

/**
 * Takes the table of texts out of the script: the page has it behind everything else, a language after the other, where gzip makes half a
 * kilobyte less of it.
 */
const wordsApart = {
  name: 'words apart',
  setup(builder) {
    builder.onLoad({ filter: /words\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/export const WORDS = .*?\n\} as const satisfies [^;]+;/s, UNPACKED);
      if (contents === source) throw new Error(`there is no table of texts in ${path}`);
      return { contents, loader: 'ts' };
    });
  },
};

process.chdir(join(import.meta.dirname, '../packages/inspector'));
if (stale()) await make();

/** Whether something has changed since the last time, or what was written is gone. */
function stale() {
  const written = statSync(WRITTEN, { throwIfNoEntry: false })?.mtimeMs;
  const sources = globSync(['page/**/*.{ts,tsx,css}', 'src/timeline/**/*.ts', 'src/values/**/*.ts']);
  const all = [import.meta.filename, '../../package-lock.json', ...sources];
  return written === undefined || all.some((file) => statSync(file).mtimeMs > written);
}

async function make() {
  const { keys, texts } = await readWords();
  const { script, style } = await bundle();
  const html = pageOf(script, style, [keys, ...texts]);
  const packed = gzipSync(html, { level: 9 }).length;
  if (packed > MOST_BYTES) throw new Error(`the page has ${packed} bytes with gzip, at most ${MOST_BYTES} are right`);
  mkdirSync(dirname(WRITTEN), { recursive: true });
  writeFileSync(
    WRITTEN,
    `/** The page: a whole HTML file. */
export const PAGE: string = ${JSON.stringify(html)};
/** The value of its Content-Security-Policy. */
export const PAGE_POLICY: string = ${JSON.stringify(policyOf(script, style))};
`,
  );
  // `npm start` and `npm test` build without a word.
  if (process.env.npm_config_loglevel !== 'silent')
    console.log(`The inspector's page: ${html.length} characters, ${packed} bytes with gzip`);
}

/** Returns the script of the page and its style, minified. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: ['page/main.tsx'],
    outdir: 'page',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // Shorter than what `react-jsx` makes.
    tsconfigRaw: { compilerOptions: { jsx: 'react', jsxFactory: 'h', jsxFragmentFactory: 'Fragment' } },
    inject: ['page/elements.ts'],
    plugins: [wordsApart],
    absWorkingDir: process.cwd(),
  });
  const textOf = (extension) => outputFiles.find(({ path }) => path.endsWith(extension)).text.trim();
  return { script: textOf('.js'), style: withShortNames(textOf('.css')) };
}

/** A style whose custom properties are called by their number. */
function withShortNames(style) {
  const names = [...new Set(style.match(/--[a-z-]+(?=:)/g))];
  return style.replace(/--[a-z-]+/g, (name) => {
    if (!names.includes(name)) throw new Error(`the style uses ${name}, which it does not define`);
    return `--${names.indexOf(name).toString(36)}`;
  });
}

function pageOf(script, style, words) {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>Couplet</title><link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">`,
    // A module waits for the body. In this order gzip finds more of the script in the style.
    `<script type="module">${script}</script><style>${style}</style>`,
    // The policy says nothing of a script that is text.
    `<script type="text/plain" id="words">${words.map((line) => line.join('\t')).join('\n')}</script></head><body><div id="page"></div></body></html>`,
  ].join('');
}

function policyOf(script, style) {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Returns the keys of the texts and those of each language; throws unless each is there in every one, with the same values in it. */
async function readWords() {
  const { outputFiles } = await build({
    entryPoints: ['page/words.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    tsconfig: 'page/tsconfig.json',
    absWorkingDir: process.cwd(),
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { WORDS, LANGUAGES } = await import(`data:text/javascript;base64,${code}`);
  const valuesOf = (text) => [...new Set(text.match(/(?<=\{)\d/g) ?? [])].sort().join();
  for (const [key, texts] of Object.entries(WORDS)) {
    const missing = LANGUAGES.filter((_, at) => (texts[at] ?? '') === '');
    if (missing.length > 0) throw new Error(`the page has no text '${key}' in ${missing.join(', ')}`);
    const [first, ...others] = texts.map(valuesOf);
    if (others.some((values) => values !== first)) throw new Error(`the texts '${key}' differ in their values`);
    if (/[\t\n<]/.test(`${texts}`)) throw new Error(`the texts '${key}' have a tab, a line or a tag in them`);
  }
  const all = Object.values(WORDS);
  return { keys: Object.keys(WORDS), texts: LANGUAGES.map((_, at) => all.map((texts) => texts[at])) };
}
