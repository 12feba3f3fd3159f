// Compares what tests did with the list of what is known to be different on their runtime. Run as a program it says whether
// docs/runtimes.md shows the lists; with --write it makes it so.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';

export const DIFFERENCES = 'test/runtimes/differences';
const PAGE = 'docs/runtimes.md';
/** What is below it on the page is made from the lists. */
const HEADING = '## Tests that fail on a runtime\n';
const INTRODUCTION = `
These are the lists of \`test/runtimes/differences\`, which \`npm run test:runtimes\` holds: it fails when a test fails that is not on them, and
when one passes that is. A test whose reason begins with "Sometimes" may pass.
`;
const TITLES = { bun: 'On Bun', deno: 'On Deno', node: 'On Node' };

/** How the reason begins for a test that may pass: what happens there depends on time. */
const SOMETIMES = 'Sometimes: ';

/**
 * Returns what is wrong, a line each: a test that fails and is not on the list; an entry whose test passes or does not run; an entry without
 * a reason. `tests` are those of one file, as `testsOf` returns them, `known` their entries: a reason by the name of the test.
 */
export function judge(tests, known) {
  const failed = [...tests.values()].filter(({ outcome }) => outcome === 'failed');
  return [
    ...failed
      .filter(({ name }) => !Object.hasOwn(known, name))
      .map(({ name, message }) => `failed: ${name}${message === '' ? '' : `: ${oneLine(message)}`}`),
    ...Object.entries(known).flatMap(([name, reason]) => wrongWith(name, reason, tests.get(name)?.outcome)),
  ];
}

function wrongWith(name, reason, outcome) {
  if (typeof reason !== 'string' || reason.trim() === '') return [`a known difference without a reason: ${name}`];
  if (outcome === undefined) return [`a known difference that is the name of no test: ${name}`];
  if (outcome === 'failed' || (outcome === 'passed' && reason.startsWith(SOMETIMES))) return [];
  return [`a known difference that ${outcome === 'passed' ? 'passes' : 'is skipped'} now: ${name}`];
}

function oneLine(text) {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

/** Returns the lists by runtime: reasons by the names of tests, by file. */
function listed() {
  return Object.fromEntries(
    readdirSync(DIFFERENCES).map((name) => [
      basename(name, '.json'),
      JSON.parse(readFileSync(join(DIFFERENCES, name), 'utf8')),
    ]),
  );
}

/**
 * Returns the part of the page that is made from the lists: for each runtime the tests that fail there, by reason and file.
 */
function described(lists) {
  const parts = Object.entries(lists).map(([runtime, files]) => `### ${TITLES[runtime]}\n\n${reasonsOf(files)}`);
  return `${INTRODUCTION}\n${parts.join('\n')}`;
}

function reasonsOf(files) {
  const byReason = new Map();
  for (const [file, tests] of Object.entries(files))
    for (const [name, reason] of Object.entries(tests))
      byReason.set(reason, [...(byReason.get(reason) ?? []), `  - \`${file}\`: ${name}\n`]);
  return [...byReason].map(([reason, tests]) => `- **${reason}**\n${tests.join('')}`).join('');
}

if (process.argv[1] === import.meta.filename) {
  const page = readFileSync(PAGE, 'utf8');
  const made = page.slice(0, page.indexOf(HEADING) + HEADING.length) + described(listed());
  if (process.argv[2] === '--write') writeFileSync(PAGE, made);
  else if (made !== page) {
    console.error(`${PAGE} does not show the lists of ${DIFFERENCES}; node scripts/differences.mjs --write does`);
    process.exitCode = 1;
  }
}
