// What test files run on, and how each runs one and writes a report in the format of JUnit. Node 26, Bun and Deno are installed here, when
// they are needed, in a folder of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '..');
/** Apart from the workspace, whose lock file and packages stay as they are. */
const INSTALLED = join(ROOT, 'node_modules/.cache/runtimes');
/** What says which packages the workspace has. */
const WORKSPACE = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
const SOURCES = '--conditions=couplet-source';
/** The packages whose files are built into `build`; the others' are built into `dist`. */
const BUILD = ['packages/couplet/', 'packages/daemon/', 'packages/inspector/'];

/**
 * By name: `title` says which it is, `version` which one is installed, where it is one that is, and `installed` as which of these otherwise; `words` are its arguments to run a file, `env`
 * what it gets in its environment; `nothing` is what it prints, in place of a report, when all suites of a file are skipped.
 */
export const RUNTIMES = {
  workspace: {
    title: "the workspace's Node, sources",
    program: process.execPath,
    words: (file, report) => [SOURCES, ...reporters(report), file],
  },
  machine: {
    title: "the machine's own Node, built",
    program: process.env.npm_node_execpath ?? process.execPath,
    words: (file, report) => [...reporters(report), built(file)],
  },
  node: {
    title: 'Node 26, sources',
    version: '26.10.0',
    program: programOf('node'),
    words: (file, report) => [SOURCES, ...reporters(report), file],
  },
  native: {
    title: "Node 26 on the kernel's sockets, sources",
    installed: 'node',
    program: programOf('node'),
    words: (file, report) => [SOURCES, ...reporters(report), file],
    // Programs whose standard error is compared have the warning about node:ffi there otherwise.
    env: { COUPLET_BACKEND: 'native', NODE_NO_WARNINGS: '1' },
  },
  bun: {
    title: 'Bun, sources',
    version: '1.4.5',
    program: programOf('bun'),
    nothing: /^Ran 0 tests across 1 file\b/m,
    words: (file, report) => [
      ...['test', SOURCES, '--timeout=600000', '--reporter=junit', `--reporter-outfile=${report}`],
      `./${file}`,
    ],
  },
  deno: {
    title: 'Deno, sources',
    version: '2.9.6',
    program: programOf('deno'),
    words: (file, report) => [
      ...['test', '--allow-all', '--no-check', '--v8-flags=--expose-gc', SOURCES, `--junit-path=${report}`],
      file,
    ],
  },
};

/** Installs those of the named runtimes that are missing in a folder, and are not of the machine or the workspace. Throws when that fails, or changes the workspace. */
export function installRuntimes(names, folder = INSTALLED) {
  const missing = names
    .map((name) => RUNTIMES[name].installed ?? name)
    .filter((name) => RUNTIMES[name].version !== undefined && versionIn(folder, name) !== RUNTIMES[name].version);
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath;
  const [command, ...words] = npm === undefined ? ['npm'] : [process.env.npm_node_execpath ?? process.execPath, npm];
  // All of them: npm removes what it is not told.
  const packages = Object.entries(RUNTIMES).flatMap(([name, { version }]) =>
    version === undefined ? [] : `${name}@${version}`,
  );
  const options = ['install', '--no-save', '--no-audit', '--no-fund', '--no-package-lock', `--prefix=${folder}`];
  console.log(`Installing ${packages.join(', ')} ...`);
  const before = workspace();
  const { status } = spawnSync(command, [...words, ...options, ...packages], { stdio: 'inherit', cwd: folder });
  if (status !== 0) throw new Error(`npm install ${packages.join(' ')} failed`);
  for (const [at, text] of workspace().entries())
    if (text !== before[at]) throw new Error(`the installation of ${packages.join(' ')} changed ${WORKSPACE[at]}`);
}

function workspace() {
  return WORKSPACE.map((path) => join(ROOT, path)).map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''));
}

function versionIn(folder, name) {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

function programOf(name) {
  return join(INSTALLED, 'node_modules/.bin', name);
}

function reporters(report) {
  return [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=junit', `--test-reporter-destination=${report}`],
  ];
}

/** The file that is built from one. */
function built(file) {
  const [, folder, rest] = /^(packages\/[^/]+\/|[^/]+\/)(.*)\.ts$/.exec(file);
  return `${folder}${BUILD.includes(folder) ? 'build' : 'dist'}/${rest}.js`;
}
