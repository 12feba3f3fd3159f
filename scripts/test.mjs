// Runs test files: `sources` all but the longest, on the Node of this workspace; `runtimes` the same there and, built, on the machine's
// own Node, and then the longest, those of the daemon with its processes on both; `programs` those with real clients and servers; `browser` those of the inspector's page.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { installBrowser, installPrograms } from './debian.mjs';

const FOLDERS = ['packages/couplet', 'packages/daemon', 'packages/inspector', 'packages/poetry', 'examples', 'test'];

const DAEMONS = 'packages/daemon/test/real';

const LONGEST = new Set(['backend.test.ts', 'scenarios.test.ts', 'sim-backend.test.ts', 'framing.test.ts']);
/**
 * What waits for `runtimes`, as it takes long, by the ends of paths: the suite on the simulated network, growth of costs, planted bugs,
 * many seeds, and what starts many programs.
 */
const WAITING = [
  'sim-backend.test.ts',
  '/cost.test.ts',
  'planted.test.ts',
  'scenarios.test.ts',
  'examples/test/broker.test.ts',
  'examples/test/daemon.test.ts',
  'examples/test/egg-timer.test.ts',
  'examples/test/key-value.test.ts',
  'examples/test/mail.test.ts',
  'examples/test/web.test.ts',
  'inspector/test/real/process.test.ts',
  'poetry/test/real/completion.test.ts',
  'poetry/test/real/plugin.test.ts',
  'poetry/test/real/proxy.test.ts',
  'poetry/test/real/timeline.test.ts',
];

const fromSource = { node: process.execPath, flags: ['--conditions=couplet-source'] };
// Elsewhere the tests that count system calls are skipped where it is missing.
if (process.env.CI === 'true') installPrograms(['strace']);

const kinds = {
  sources: () => [{ ...fromSource, files: sources().filter((file) => !WAITING.some((end) => file.endsWith(end))) }],
  runtimes: () => [
    { ...fromSource, files: sources() },
    { node: process.env.npm_node_execpath ?? process.execPath, flags: [], files: built(sources()) },
    { ...fromSource, files: onlyHere() },
    { ...fromSource, files: daemons() },
    { node: process.env.npm_node_execpath ?? process.execPath, flags: [], files: built(daemons()) },
  ],
  programs: () => [{ ...fromSource, files: againstPrograms() }],
  browser: () => [{ ...fromSource, files: inBrowser() }],
};
const kind = process.argv[2];
if (!Object.hasOwn(kinds, kind))
  throw new Error(`no kind ${kind} of tests; there are ${Object.keys(kinds).join(', ')}`);
if (kind === 'browser') installBrowser();
else if (kind !== 'sources') installPrograms();
const runs = kinds[kind]();

const total = { pass: 0, fail: 0, cancelled: 0 };
let status = 0;
for (const { node, flags, files } of runs) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`Node ${version}, ${flags.length > 0 ? 'the sources' : 'what is built'}: ${files.length} files`);
  if (files.length === 0) throw new Error('there are no test files');
  status = Math.max(status, test(node, flags, files));
}
console.log(`${total.pass} passed, ${total.fail + total.cancelled} failed`);
process.exitCode = status;

function sources() {
  const files = FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*.test.ts`, { exclude: (name) => skipped(name) || name.startsWith(DAEMONS) }),
  ).sort();
  // The longest first: at the end there is nothing else to run beside them.
  return [
    ...files.filter((file) => LONGEST.has(basename(file))),
    ...files.filter((file) => !LONGEST.has(basename(file))),
  ];
}

function againstPrograms() {
  return globSync(['packages/*/test/programs/*.test.ts', 'examples/test/programs/*.test.ts']).sort();
}

function inBrowser() {
  return globSync('packages/*/test/browser/*.test.ts').sort();
}

/** What takes long and needs no other runtime: another network, another backend, the READMEs in empty projects. */
function onlyHere() {
  return [...globSync('packages/couplet/test/runtimes/*.test.ts'), ...globSync('test/runtimes/*.test.ts')].sort();
}

/** The daemon with workers, signals and reloads: it starts some hundred processes. */
function daemons() {
  return globSync(`${DAEMONS}/*.test.ts`).sort();
}

function built(files) {
  return files.map((file) => {
    const folder = FOLDERS.find((one) => file.startsWith(`${one}/`));
    return join(
      folder,
      ['packages/couplet', 'packages/daemon', 'packages/inspector'].includes(folder) ? 'build' : 'dist',
      file.slice(folder.length + 1).replace(/\.ts$/, '.js'),
    );
  });
}

function skipped(name) {
  const apart = ['node_modules', 'dist', 'build', 'programs', 'runtimes', 'browser'];
  return apart.some((folder) => name.split('/').includes(folder));
}

/** Runs one process of the test runner, and adds what it counted to the total. */
function test(node, flags, files) {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-test-'));
  const tap = join(folder, 'results.tap');
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  reporters.push('--test-reporter=tap', `--test-reporter-destination=${tap}`);
  // One more than there are processors: the suites on real sockets mostly wait.
  // What hangs fails, and does not hold up the rest.
  const runner = ['--test', '--test-timeout=600000', `--test-concurrency=${availableParallelism() + 1}`, ...reporters];
  // Each file has a process of its own, and most of what that compiles another one has compiled before.
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/tests'),
    // Some take larger numbers where there is time for it.
    ...(kind === 'sources' ? {} : { COUPLET_FULL: '1' }),
  };
  const { status: ended } = spawnSync(node, [...flags, ...runner, ...files], { stdio: 'inherit', env });
  const counted = readFileSync(tap, 'utf8');
  rmSync(folder, { recursive: true });
  for (const key of Object.keys(total))
    total[key] += Number(counted.match(new RegExp(`^# ${key} (\\d+)$`, 'm'))?.[1] ?? 0);
  return ended ?? 1;
}
