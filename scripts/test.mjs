// Runs test files: `node scripts/test.mjs KIND [--runtime NAME]... [--limit SECONDS] [FILE]...`. `sources` are all but the longest, on the Node
// of this workspace; `runtimes` what each runtime runs; `programs` those with real clients and servers; `browser` those of the inspector's page.
import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { installBrowser, installPrograms } from './debian.mjs';
import { DIFFERENCES } from './differences.mjs';
import { Runner } from './runner.mjs';
import { installRuntimes, RUNTIMES } from './runtimes.mjs';

const FOLDERS = ['packages/couplet', 'packages/daemon', 'packages/inspector', 'packages/poetry', 'examples', 'test'];

const DAEMONS = 'packages/daemon/test/real';

const LONGEST = ['/backend.test.ts', 'scenarios.test.ts', 'sim-backend.test.ts', 'framing.test.ts'];
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: 'string', multiple: true },
    /** How many seconds a file may take. */
    limit: { type: 'string', default: '600' },
    /** The folder of the lists of known differences. */
    differences: { type: 'string', default: DIFFERENCES },
  },
});
const [kind, ...named] = positionals;
process.chdir(join(import.meta.dirname, '..'));
const kinds = {
  sources: () => ({ workspace: sources().filter((file) => !waits(file)) }),
  runtimes: () => ({
    workspace: [...sources(), ...daemons(), ...onlyHere()],
    machine: [...sources(), ...daemons()],
    node: sources('packages/couplet'),
    bun: sources('packages/couplet'),
    deno: sources('packages/couplet'),
  }),
  programs: () => ({
    workspace: globSync(['packages/*/test/programs/*.test.ts', 'examples/test/programs/*.test.ts']).sort(),
  }),
  browser: () => ({ workspace: globSync('packages/*/test/browser/*.test.ts').sort() }),
};
if (!Object.hasOwn(kinds, kind))
  throw new Error(`no kind ${JSON.stringify(kind)} of tests; there are ${Object.keys(kinds).join(', ')}`);
const plan = kinds[kind]();
const names = values.runtime ?? Object.keys(plan);
for (const name of names)
  if (!Object.hasOwn(plan, name))
    throw new Error(`no runtime ${JSON.stringify(name)} of ${kind}; there are ${Object.keys(plan).join(', ')}`);
// Elsewhere the tests that count system calls are skipped where it is missing.
if (process.env.CI === 'true') installPrograms(['strace']);
if (kind === 'browser') installBrowser();
else if (kind !== 'sources') installPrograms();
installRuntimes(names.filter((name) => RUNTIMES[name].version !== undefined));
const runner = new Runner({
  limit: Number(values.limit),
  // One more than there are processors: the suites on real sockets mostly wait.
  slots: availableParallelism() + 1,
  differences: values.differences,
  env: (runtime) => ({
    // Each file has a process of its own, and most of what that compiles another one has compiled before.
    NODE_COMPILE_CACHE: join(process.cwd(), 'node_modules/.cache/tests'),
    // Where there is time for it some take larger numbers, on one runtime: the numbers of the others tell how they differ.
    ...(kind === 'sources' || runtime !== 'workspace' ? {} : { COUPLET_FULL: '1' }),
  }),
});
const tasks = names.flatMap((name) =>
  (named.length > 0 ? named.flatMap(filesOf) : plan[name]).map((file) => [name, file]),
);
// The longest first: at the end there is nothing else to run beside them.
const rank = ([, file]) => LONGEST.findIndex((end) => file.endsWith(end)) >>> 0;
tasks.sort((one, other) => rank(one) - rank(other));
if (!(await runner.run(tasks))) process.exitCode = 1;

/** The test files at a path. */
function filesOf(path) {
  return statSync(path).isDirectory() ? globSync(`${path}/**/*.test.ts`, { exclude: skipped }).sort() : [path];
}

function sources(...folders) {
  return (folders.length === 0 ? FOLDERS : folders)
    .flatMap((folder) =>
      globSync(`${folder}/**/*.test.ts`, { exclude: (name) => skipped(name) || name.startsWith(DAEMONS) }),
    )
    .sort();
}

function waits(file) {
  return WAITING.some((end) => file.endsWith(end));
}

/** What takes long and needs no other runtime: another network, another backend, the READMEs in empty projects. */
function onlyHere() {
  return [...globSync('packages/couplet/test/runtimes/*.test.ts'), ...globSync('test/runtimes/*.test.ts')].sort();
}

/** The daemon with workers, signals and reloads: it starts some hundred processes. */
function daemons() {
  return globSync(`${DAEMONS}/*.test.ts`).sort();
}

function skipped(name) {
  const apart = ['node_modules', 'dist', 'build', 'programs', 'runtimes', 'browser'];
  return apart.some((folder) => name.split('/').includes(folder));
}
