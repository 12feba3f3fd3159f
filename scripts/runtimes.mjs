// Runs test files on other runtimes than the workspace's own Node: `node scripts/runtimes.mjs [--runtime NAME]... [FILE]...`. What is known to
// be different on one stands in test/runtimes/differences, and fails the run once it is so no more.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { DIFFERENCES, judge } from './differences.mjs';
import { testsOf } from './junit.mjs';

const ROOT = join(import.meta.dirname, '..');
/** Apart from the workspace, whose lock file and packages stay as they are. */
const INSTALLED = join(ROOT, 'node_modules/.cache/runtimes');
const SOURCES = '--conditions=couplet-source';

/** How each runtime runs a test file, and writes a report. */
const RUNTIMES = {
  node: {
    version: '26.10.0',
    words: (file, report) => [
      SOURCES,
      '--expose-gc',
      '--test-reporter=junit',
      `--test-reporter-destination=${report}`,
      file,
    ],
  },
  bun: {
    version: '1.4.5',
    words: (file, report) => [
      ...['test', SOURCES, '--timeout=60000', '--reporter=junit', `--reporter-outfile=${report}`],
      `./${file}`,
    ],
  },
  deno: {
    version: '2.9.6',
    words: (file, report) => [
      ...['test', '--allow-all', '--no-check', '--v8-flags=--expose-gc', SOURCES, `--junit-path=${report}`],
      file,
    ],
  },
};

/** The longest first: at the end there is nothing else to run beside them. */
const FILES = [
  'packages/couplet/test/real/backend.test.ts',
  ...['sim', 'framing', 'policies', 'endpoints', 'backends'].map(
    (name) => `packages/couplet/test/${name}/**/*.test.ts`,
  ),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: 'string', multiple: true, default: Object.keys(RUNTIMES) },
    /** How many seconds a file may take. */
    limit: { type: 'string', default: '900' },
    /** The folder of the lists. */
    differences: { type: 'string', default: DIFFERENCES },
  },
});
for (const name of values.runtime)
  if (!Object.hasOwn(RUNTIMES, name))
    throw new Error(`no runtime ${JSON.stringify(name)}; there are ${Object.keys(RUNTIMES).join(', ')}`);

process.chdir(ROOT);
install(values.runtime);
const all = globSync(FILES);
const files =
  positionals.length > 0 ? positionals : FILES.flatMap((pattern) => all.filter((file) => matches(file, pattern)));
const folder = mkdtempSync(join(tmpdir(), 'couplet-runtimes-'));
const running = new Set();
// What runs when this is interrupted does not stay.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const child of running) endAll(child);
    process.exit(1);
  });

const total = { passed: 0, failed: 0, known: 0 };
try {
  for (const name of values.runtime) await runAll(name);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${total.passed} passed, ${total.failed} failed (${total.known} known differences)`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Installs the runtimes that are missing. */
function install(names) {
  const missing = names.filter((name) => versionOf(name) !== RUNTIMES[name].version);
  if (missing.length === 0) return;
  mkdirSync(INSTALLED, { recursive: true });
  const npm = process.env.npm_execpath;
  const [command, ...words] = npm === undefined ? ['npm'] : [process.env.npm_node_execpath ?? process.execPath, npm];
  // All of them: npm removes what it is not told.
  const packages = Object.entries(RUNTIMES).map(([name, { version }]) => `${name}@${version}`);
  const options = ['install', '--no-save', '--no-audit', '--no-fund', '--no-package-lock', `--prefix=${INSTALLED}`];
  const { status } = spawnSync(command, [...words, ...options, ...packages], { stdio: 'inherit', cwd: INSTALLED });
  if (status !== 0) throw new Error(`npm install ${packages.join(' ')} failed`);
}

function versionOf(name) {
  const manifest = join(INSTALLED, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

function matches(file, pattern) {
  return file === pattern || file.startsWith(pattern.split('*')[0]);
}

/** Runs the files on a runtime, as many at a time as there are processors. */
async function runAll(runtime) {
  const path = join(values.differences, `${runtime}.json`);
  const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  console.log(`${runtime} ${RUNTIMES[runtime].version}: ${files.length} files`);
  for (const file of Object.keys(known)) if (!existsSync(file)) fail(`${path} has ${file}, which does not exist`);
  const waiting = [...files];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
        await runFile(runtime, file, known[file] ?? {});
    }),
  );
}

/** Runs a file in a process of its own, and counts. */
async function runFile(runtime, file, known) {
  const report = join(folder, `${runtime}-${file.replaceAll('/', '-')}.xml`);
  const begun = performance.now();
  const { output, status, late } = await ended(runtime, file, report);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const tests = existsSync(report) ? testsOf(readFileSync(report, 'utf8')) : new Map();
  const wrong = late ? [`it did not end within ${values.limit} s`] : judge(tests, known);
  const count = (outcome) => [...tests.values()].filter((test) => test.outcome === outcome).length;
  // What breaks outside of a test is in no report.
  if (wrong.length === 0 && status !== 0 && count('failed') === 0) wrong.push(`it ended with status ${status}`);
  if (wrong.length === 0 && tests.size === 0) wrong.push('it has no tests');
  const differences = Object.keys(known).length;
  console.log(`  ${file}: ${count('passed')} passed, ${wrong.length} failed, ${differences} known (${seconds} s)`);
  for (const line of wrong) fail(`${runtime}: ${file}: ${line}`);
  if (late || tests.size === 0) console.log(output.slice(-4000));
  total.passed += count('passed');
  total.known += differences;
}

function fail(line) {
  total.failed += 1;
  console.log(`    ${line}`);
}

/** Resolves when a file has been run, or was ended because it takes too long. Nothing that it started stays. */
function ended(runtime, file, report) {
  const program = join(INSTALLED, 'node_modules/.bin', runtime);
  // A test that runs this would be asked for its own report otherwise.
  const env = { ...process.env, NO_COLOR: '1', NODE_TEST_CONTEXT: undefined };
  const options = { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env };
  const child = spawn(program, RUNTIMES[runtime].words(file, report), options);
  running.add(child);
  let output = '';
  let late = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-100_000);
    });
  const timer = setTimeout(() => {
    late = true;
    endAll(child);
  }, Number(values.limit) * 1000);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ output: String(error), status: -1, late }));
    child.once('exit', (status) => {
      clearTimeout(timer);
      running.delete(child);
      endAll(child);
      resolve({ output, status, late });
    });
  });
}

/** Ends a process and all that it started: it leads a group of its own. */
function endAll({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
