// Installs and builds what is missing, and says what it waits for. Runs on the machine's own runtime, before anything is there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** How long a build takes at most that has nothing to do, on a machine that is not busy. */
const NOTHING_MS = 3000;

const BY_NPM = 'node_modules/.package-lock.json';
/** Bun writes no file that says when it has installed the packages. */
const BY_BUN = 'node_modules/.installed-by-bun';

const manager = managerOf(process.env);
if (stale()) {
  await run('Installing the packages and building (about a minute) ...', 0, manager.install);
  if (manager.stamp !== undefined) writeFileSync(manager.stamp, '');
}
await run('Building ...', NOTHING_MS, manager.build);

/** What installs and builds: the program whose script this is. Each command has the words that a user would type. */
function managerOf({ npm_execpath: npm, npm_node_execpath: node = process.execPath, npm_config_user_agent: agent }) {
  if ('Deno' in globalThis)
    // `deno install` would need the programs of all systems.
    return {
      install: { typed: 'npm ci', command: ['npm', 'ci'] },
      build: { typed: 'deno task build', command: [process.execPath, 'task', '--quiet', 'build'] },
    };
  if (npm === undefined) fail('run this by npm start, npm test, bun run start or deno task start');
  if (agent?.startsWith('bun/'))
    // What it would save is a lock file of its own; the script that it is not to run installs Node by npm.
    return {
      install: { typed: 'bun install', command: [npm, 'install', '--no-save', '--ignore-scripts'] },
      build: { typed: 'bun run build', command: [npm, 'run', '--bun', '--silent', 'build'] },
      stamp: BY_BUN,
    };
  return {
    install: { typed: 'npm ci', command: [node, npm, 'ci'] },
    build: { typed: 'npm run build', command: [node, npm, 'run', '--silent', 'build'] },
  };
}

/** True when the packages are not those of the lock file. What npm has installed suits all, what Bun has installed Bun alone. */
function stale() {
  const installed = Math.max(timeOf(BY_NPM), manager.stamp === undefined ? 0 : timeOf(manager.stamp));
  return installed === 0 || installed < timeOf('package-lock.json');
}

/** When a file was written; 0 if there is none. */
function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Runs a command. Says what for on standard error, if it takes longer than that. */
async function run(what, quietMs, { typed, command: [command, ...words] }) {
  const timer = setTimeout(() => console.error(what), quietMs);
  const child = spawn(command, words, { stdio: 'inherit' });
  child.once('error', ({ message }) => fail(`${typed} cannot be run: ${message}`));
  const [status] = await once(child, 'close');
  clearTimeout(timer);
  if (status !== 0) fail(`${typed} failed`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
