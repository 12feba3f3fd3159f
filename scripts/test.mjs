// Runs test files: `node scripts/test.mjs KIND [--runtime NAME]... [--limit SECONDS] [FILE]...`. `sources` are all but the longest, on the Node
// of this workspace; `runtimes` what each runtime runs; `programs` those with real clients and servers; `browser` those of pages.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { installBrowser, installPrograms } from './debian.mjs';
import { DIFFERENCES } from './differences.mjs';
import { Runner } from './runner.mjs';
import { installRuntimes, RUNTIMES } from './runtimes.mjs';

process.chdir(join(import.meta.dirname, '..'));

const FOLDERS = ['packages/couplet', 'packages/daemon', 'packages/inspector', 'packages/poetry', 'examples', 'test'];
/** What is tried on one runtime: projects that are made, and the pages and steps of the site. */
const ONCE = ['packages/create-couplet', 'site'];
/** The daemon with workers, signals and reloads: it starts some hundred processes. */
const DAEMONS = 'packages/daemon/test/real';
/** What takes long and is about runtimes: among it another network, another backend, the READMEs in empty projects. */
const ABOUT_RUNTIMES = ['packages/couplet/test/runtimes', 'packages/daemon/test/runtimes', 'test/runtimes'];
/** What is asked of each runtime: descriptors, backlog, aborts. */
const REQUIREMENTS = 'packages/couplet/test/runtimes/requirements.test.ts';
/** What is asked of the kernel's sockets. */
const NATIVE = 'packages/couplet/test/native';
/** Folders whose tests run where these are named, and not with what is around them. */
const APART = [
  DAEMONS,
  NATIVE,
  ...ABOUT_RUNTIMES,
  ...globSync('{packages/*,examples,site}/test/{programs,browser}'),
  // They fail until a reader has solved them.
  'site/exercises',
];

/** Of the packages around the engine what shows that their programs, and workers, run on another runtime. */
const PROGRAMS = [
  'packages/poetry/test/real/servers.test.ts',
  'packages/poetry/test/real/get-poetry.test.ts',
  'packages/poetry/test/real/inspect.test.ts',
  'packages/poetry/test/sim/poems.test.ts',
  'packages/daemon/test/worker',
  'packages/daemon/test/log/destination.test.ts',
  'packages/daemon/test/log/pipes.test.ts',
  'packages/inspector/test/real/process.test.ts',
  'packages/inspector/test/serve/frames.test.ts',
  'packages/inspector/test/serve/stream.test.ts',
  'examples/test/clients.test.ts',
  'examples/test/chat.test.ts',
];

/** What `runtimes` runs, by runtime: folders, or files. What `sources` has run on the Node of this workspace is not run there again. */
const SUITES = {
  workspace: [...FOLDERS, ...ONCE, DAEMONS, ...ABOUT_RUNTIMES],
  machine: [...FOLDERS, DAEMONS],
  node: ['packages/couplet', REQUIREMENTS],
  native: ['packages/couplet/test/real', NATIVE, REQUIREMENTS, ...PROGRAMS, DAEMONS],
  bun: ['packages/couplet', REQUIREMENTS, ...PROGRAMS],
  deno: ['packages/couplet', REQUIREMENTS, ...PROGRAMS],
};

/** What runs on the Node of this workspace, whatever runs the test. */
const ON_ITS_OWN = ['couplet/test/planted/planted.test.ts'];
/** What takes long, is about the engine alone, and comes out the same wherever V8 runs it: of the runtimes with V8 one runs it. */
const OF_THE_ENGINE = [
  'couplet/test/sim/sim-backend.test.ts',
  'couplet/test/sim/scenarios.test.ts',
  'couplet/test/framing/cost.test.ts',
  'couplet/test/receivers/cost.test.ts',
];

/** The longest, by the ends of paths. */
const LONGEST = [
  'couplet/test/real/backend.test.ts',
  'scenarios.test.ts',
  'planted.test.ts',
  'sim-backend.test.ts',
  '/framing.test.ts',
  'real/couplet-sim.test.ts',
];
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
  'site/steps/09-hostile-network/eggs.test.ts',
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
const kinds = {
  sources: () => ({ workspace: [...FOLDERS, ...ONCE].flatMap(testsAt).filter((file) => !endsAs(file, WAITING)) }),
  runtimes: () => {
    const { workspace, ...others } = Object.fromEntries(
      Object.entries(SUITES).map(([name, paths]) => [name, paths.flatMap(testsAt)]),
    );
    const again = new Set(kinds.sources().workspace.filter((file) => !takesMore(file)));
    for (const [name, files] of Object.entries(others)) {
      const elsewhere = [...ON_ITS_OWN, ...(name === 'bun' ? [] : OF_THE_ENGINE)];
      others[name] = files.filter((file) => !endsAs(file, elsewhere));
    }
    return { workspace: workspace.filter((file) => !again.has(file)), ...others };
  },
  programs: () => ({ workspace: globSync('{packages/*,examples,site}/test/programs').flatMap(testsAt) }),
  browser: () => ({ workspace: globSync('{packages/*,site}/test/browser').flatMap(testsAt) }),
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
installRuntimes(names);
const runner = new Runner({
  limit: Number(values.limit),
  // One more than there are processors: the suites on real sockets mostly wait.
  slots: availableParallelism() + 1,
  differences: values.differences,
  env: (runtime) => ({
    ...RUNTIMES[runtime].env,
    // Each file has a process of its own, and most of what that compiles another one has compiled before.
    NODE_COMPILE_CACHE: join(process.cwd(), 'node_modules/.cache/tests'),
    // Where there is time for it some take larger numbers, on one runtime: the numbers of the others tell how they differ.
    ...(kind === 'sources' || runtime !== 'workspace' ? {} : { COUPLET_FULL: '1' }),
  }),
});
const tasks = names.flatMap((name) =>
  (named.length > 0 ? named.flatMap(testsAt) : plan[name]).map((file) => [name, file]),
);
// The longest first: at the end there is nothing else to run beside them. Each runtime begins with another one of them: two that run
// the same suite at the same time would be in each other's way.
const rank = ([name, file]) => {
  const at = LONGEST.findIndex((end) => file.endsWith(end));
  return at < 0 ? LONGEST.length : (at + names.indexOf(name)) % LONGEST.length;
};
tasks.sort((one, other) => rank(one) - rank(other));
if (!(await runner.run(tasks))) process.exitCode = 1;

/** The test files of a folder, less those of the folders that stand apart in it; or the file itself. */
function testsAt(path) {
  if (!existsSync(path)) throw new Error(`there are no tests at ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  const inner = APART.filter((folder) => folder.startsWith(`${path}/`));
  const exclude = (name) => ['node_modules', 'dist', 'build'].includes(basename(name));
  return globSync(`${path}/**/*.test.ts`, { exclude })
    .filter((file) => !inner.some((folder) => file.startsWith(`${folder}/`)))
    .sort();
}

function endsAs(file, ends) {
  return ends.some((end) => file.endsWith(end));
}

/** Whether a file, or one beside it that it imports, takes larger numbers where there is time for it. */
function takesMore(file) {
  const text = readFileSync(file, 'utf8');
  const beside = [...text.matchAll(/from '(\.\/[^']+)'/g)].map(([, name]) => join(dirname(file), name));
  return [text, ...beside.map((name) => readFileSync(name, 'utf8'))].some((one) => one.includes('couplet-test/full'));
}
