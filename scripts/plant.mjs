// Plants each bug of packages/couplet/test/planted/bugs.ts in a copy of the sources, looks for it, and writes what found it to
// docs/planted-bugs.md. Fails when one is not found. With words it looks for those whose names and files have them all, and
// leaves the rows of the others. With `--quick` it looks for a few, and with `--bun`, `--deno` or `--native` for those that this
// runtime finds; these write nothing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { BUGS } from '../packages/couplet/test/planted/bugs.ts';
import { installPrograms } from './debian.mjs';
import { installRuntimes, RUNTIMES } from './runtimes.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PACKAGE = 'packages/couplet';
const SUITE = 'packages/conformance';
const COPIED = [
  // Deno finds packages by it.
  'package.json',
  'tsconfig.base.json',
  ...['package.json', 'tsconfig.json', 'src', 'test'].map((path) => join(PACKAGE, path)),
  ...['package.json', 'src'].map((path) => join(SUITE, path)),
];
const PAGE = join(ROOT, 'docs/planted-bugs.md');
/** How many seeds are tried, and how long a hunt may take: a bug may make it endless. */
const SEEDS = 100;
const PATIENCE_MS = 300_000;
/** A test that waits for what never comes would wait for ever, and one that fails may leave its ports open. */
const TEST_LIMITS = ['--test-timeout=30000', '--test-force-exit'];
/** Those of the kernel's sockets play many seeds. */
const NATIVE_LIMITS = ['--test-timeout=150000', '--test-force-exit'];
/** How many of the bugs are looked for in a hurry. */
const FEW = 6;

const only = ['bun', 'deno', 'native'].find((name) => process.argv.includes(`--${name}`));
const quick = only !== undefined || process.argv.includes('--quick');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const copy = mkdtempSync(join(tmpdir(), 'couplet-planted-'));
const needed = new Set(chosen().flatMap(({ test }) => test?.runtime ?? []));
if (needed.has('native')) installPrograms(['gcc', 'libc6-dev']);
installRuntimes([...needed]);
try {
  plantAll();
} finally {
  rmSync(copy, { recursive: true });
}

function plantAll() {
  for (const path of COPIED) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // The copies find each other, not what they are copies of.
  link(SUITE, 'couplet', PACKAGE);
  link(PACKAGE, 'couplet-conformance', SUITE);
  for (const bug of only !== undefined ? chosen() : BUGS) mutated(bug);
  checkSound();
  const rows = chosen().map((bug) => ({ bug, found: plant(bug) }));
  const missed = rows.filter((row) => row.found === null);
  if (!quick) writePage(rows);
  console.log(`${rows.length - missed.length} of ${rows.length} bugs were found`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

/** Has a package of the copy find another one of it under that name. */
function link(from, name, to) {
  const folder = join(copy, from, 'node_modules');
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(copy, to), join(folder, name));
}

function chosen() {
  if (only !== undefined) return BUGS.filter(({ test }) => test?.runtime === only);
  if (quick) {
    // The first is found by a scene. Of those without a test of their own some are found by the checks only, which take long.
    const own = BUGS.filter(({ test }) => test !== undefined && test.runtime === undefined);
    return [BUGS[0], ...own.filter((_, at) => at % Math.ceil(own.length / (FEW - 1)) === 0)];
  }
  return BUGS.filter(({ name, file }) => words.every((word) => `${name} ${file}`.includes(word)));
}

/** A check that fails with no bug planted proves nothing. */
function checkSound() {
  const bugs = chosen();
  const tests = new Map(
    bugs.flatMap(({ test }) => (test === undefined ? [] : [[`${test.runtime} ${test.name}`, test]])),
  );
  // Of other runtimes, those of a file at once.
  for (const [key, { file, name, runtime }] of [...tests]) {
    if (runtime === undefined) continue;
    const { name: others } = tests.get(file) ?? {};
    tests.delete(key);
    tests.set(file, { file, runtime, name: others === undefined ? name : `${others}|${name}` });
  }
  const seeds = quick || words.length > 0 ? 1 : SEEDS;
  const looked = bugs.some(({ test }) => test === undefined) ? look(seeds) : null;
  const found = looked ?? firstOf([...tests.values()], tested);
  if (found !== null) throw new Error(`${found.by} fails with no bug planted: ${found.what}`);
}

function firstOf(things, find) {
  for (const thing of things) {
    const found = find(thing);
    if (found !== null) return found;
  }
  return null;
}

/** Plants one bug, looks for it, and takes it out again. */
function plant(bug) {
  const path = join(copy, PACKAGE, 'src', bug.file);
  const sound = readFileSync(path, 'utf8');
  writeFileSync(path, mutated(bug));
  try {
    if (!quick) checkTypes(bug);
    const found = bug.test === undefined ? look(SEEDS) : tested(bug.test);
    console.log(`${found === null ? 'NOT FOUND' : whoFound(found)}: ${bug.name}`);
    return found;
  } finally {
    writeFileSync(path, sound);
  }
}

function whoFound({ by, seed }) {
  return seed === undefined ? by : `${by}, seed ${seed}`;
}

/** The file with the bug in it. Throws unless the text stands there once. */
function mutated({ name, file, text, instead }) {
  const parts = readFileSync(join(copy, PACKAGE, 'src', file), 'utf8').split(text);
  if (parts.length !== 2) throw new Error(`'${name}': its text stands in ${file} ${parts.length - 1} times, not once`);
  return parts.join(instead);
}

/** A bug that the compiler finds proves nothing. */
function checkTypes({ name }) {
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', join(copy, PACKAGE)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`'${name}' does not compile: ${stdout}`);
}

/** Looks for a bug by simulation, and if need be with the conformance and framing checks. Null when nothing fails. */
function look(seeds) {
  return run('hunt.ts', String(seeds)) ?? (quick ? null : run('checks.ts'));
}

function run(program, ...args) {
  const path = join(copy, PACKAGE, 'test/planted', program);
  const { stdout, stderr, signal, error } = spawnSync(
    process.execPath,
    ['--conditions=couplet-source', path, ...args],
    {
      cwd: copy,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      env: { ...process.env, COUPLET_SIM: undefined },
    },
  );
  if (error?.code === 'ETIMEDOUT')
    return { by: program, seed: 1, what: `it does not end within ${PATIENCE_MS / 1000} s` };
  if (stdout === '') throw new Error(`${program} ended by ${signal ?? 'itself'} and said nothing but: ${stderr}`);
  return JSON.parse(stdout);
}

/** Looks for a bug with one test of a file, on Node unless it says otherwise. Null when it passes. */
function tested({ file, name, runtime = 'workspace' }) {
  if (runtime === 'bun') return testedOnBun(file, name);
  if (runtime === 'deno') return testedOnDeno(file, name);
  const { program, env } = RUNTIMES[runtime];
  const limits = runtime === 'native' ? NATIVE_LIMITS : TEST_LIMITS;
  const only = `--test-name-pattern=${name.replace(/[^\w |]/g, '\\$&')}`;
  const { stdout, stderr, error } = spawnSync(
    program,
    ['--conditions=couplet-source', '--test-reporter=tap', ...limits, only, join(copy, PACKAGE, 'test', file)],
    // Inside a test, what is set there would have the runner speak to its parent.
    {
      cwd: copy,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      env: { ...process.env, ...env, NODE_TEST_CONTEXT: undefined },
    },
  );
  if (error?.code === 'ETIMEDOUT') return { by: name, what: `it does not end within ${PATIENCE_MS / 1000} s` };
  if (/^# fail 0$/m.test(stdout) && /^# cancelled 0$/m.test(stdout)) {
    if (/^# pass 0$/m.test(stdout)) throw new Error(`${file} has no test '${name}'`);
    return null;
  }
  // The innermost comes first.
  const [, by = name] = stdout.match(/^ *not ok \d+ - (.*)$/m) ?? [];
  const [, block = '', line = ''] = stdout.match(/^ *error: (?:\|-\n)?(?:'(.*)'|(.*))$/m) ?? [];
  return { by, what: `${block}${line}`.trim() || stderr.trim() };
}

/** Looks for a bug with some tests of a file on Bun, whose names begin so. Null when they pass. */
function testedOnBun(file, name) {
  const words = ['test', '--conditions=couplet-source', '--timeout=15000', `--test-name-pattern=${name}`];
  const { status, stderr, error } = spawnSync(RUNTIMES.bun.program, [...words, `./${PACKAGE}/test/${file}`], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, NO_COLOR: '1', NODE_TEST_CONTEXT: undefined },
  });
  if (error?.code === 'ETIMEDOUT') return { by: name, what: 'it does not end within 60 s' };
  if (/^error: regex .* matched 0 tests/m.test(stderr)) throw new Error(`${file} has no test '${name}'`);
  if (status === 0) return null;
  const [, by = name] = stderr.match(/^\(fail\) (?:.* > )?(.*?)(?: \[[\d.]+m?s\])?$/m) ?? [];
  const [, what = ''] = stderr.match(/^(?:\w*[Ee]rror): (.*)$/m) ?? [];
  return { by, what: what.trim() || 'it does not end' };
}

/** Looks for a bug with a file on Deno, which runs all of its tests: one of them has one of these names. Null when they pass. */
function testedOnDeno(file, name) {
  const words = ['test', '--allow-all', '--no-check', '--conditions=couplet-source', `${PACKAGE}/test/${file}`];
  const { status, stdout, error } = spawnSync(RUNTIMES.deno.program, words, {
    cwd: copy,
    encoding: 'utf8',
    timeout: 100_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, NO_COLOR: '1', NODE_TEST_CONTEXT: undefined },
  });
  if (error?.code === 'ETIMEDOUT') return { by: name, what: 'it does not end within 100 s' };
  if (!name.split('|').every((one) => stdout.includes(one))) throw new Error(`${file} has no test '${name}'`);
  if (status === 0) return null;
  const [, by = name] = stdout.match(/^ *(.*) \.\.\. FAILED/m) ?? [];
  const [, what = ''] = stdout.match(/^error: (?:\w*Error: )?(.*)$/m) ?? [];
  return { by, what: what.trim() || 'it does not end' };
}

/** Writes the page, in the style of the others. */
function writePage(rows) {
  writeFileSync(PAGE, page(rows));
  spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['format', '--write', PAGE]);
}

function page(rows) {
  const lines = new Map(oldRows());
  for (const { bug, found } of rows) {
    const cells = found === null ? ['**nothing**', '', ''] : [found.by, found.seed ?? '', cut(found.what)];
    lines.set(shown(bug.name), `| ${[bug.name, bug.file, ...cells].map(shown).join(' | ')} |`);
  }
  const names = BUGS.map(({ name }) => shown(name)).filter((name) => lines.has(name));
  return `# Planted bugs

Can the checks fail? \`npm run plant\` changes one line or two of a copy of the engine, as a mistake would, and looks for the
mistake: first by simulation, with eight scenes and one seed after the other, each on a network of its own, then with the
conformance suite and the framing checks. What these cannot reach, or reach only by chance, has a test of its own, which is the
only one to look for it: such rows have no seed. There are ${names.length} bugs; the compiler finds none of them. They are in
[bugs.ts](../packages/couplet/test/planted/bugs.ts) and the files that it names, the scenes beside it. \`npm run test:runtimes\` does the same
for a few.

That command wrote this page, the last time for commit ${commit()}; given words, it writes only the rows of bugs whose names and
files have them all. The seed is that of the first failure, counted from 1; all scenes are played with a seed before the next
one. With no bug planted, ${SEEDS} seeds of each scene and all other checks pass.

| bug | in | found by | seed | as |
| --- | -- | -------- | ---- | -- |
${names.map((name) => lines.get(name)).join('\n')}
`;
}

/** The rows of the page as it is, by the names of their bugs. */
function oldRows() {
  const rows = readFileSync(PAGE, 'utf8').split('\n');
  return rows.filter((row) => row.startsWith('| ')).map((row) => [row.split(/ +\| /)[0].slice(2), row]);
}

/** What failed, without the name of the seed, and not too long. */
function cut(what) {
  // Folders of this run and machine say nothing.
  const told = what.replaceAll(new RegExp(`${tmpdir()}/[\\w-]+`, 'g'), '');
  const text = told.replace(/^SimulationError: seed [^:]*: /, '').replace(/^\w*Error: /, '');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function shown(cell) {
  return String(cell)
    .replace(/[|<>*_`\\[\]]/g, '\\$&')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** Which sources these are. */
function commit() {
  const git = (...args) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
  const changed = git('status', '--porcelain', join(PACKAGE, 'src')) === '' ? '' : ', with changes';
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
}
