// Installs and builds what is missing, and says what it waits for. Runs on the machine's own Node, before anything is there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import process from 'node:process';

/** How long a build takes at most that has nothing to do, on a machine that is not busy. */
const NOTHING_MS = 3000;

const npm = process.env.npm_execpath;

if (npm === undefined) fail('run this through npm: npm start, npm test');
// Installing builds as well.
if (stale()) await run('Installing the packages and building (about a minute) ...', 0, 'ci');
await run('Building ...', NOTHING_MS, 'run', '--silent', 'build');

/** True when the packages are not those of the lock file. */
function stale() {
  const installed = timeOf('node_modules/.package-lock.json');
  return installed === undefined || installed < timeOf('package-lock.json');
}

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Runs npm. Says what for on standard error, if it takes longer than that. */
async function run(what, quietMs, ...words) {
  const timer = setTimeout(() => console.error(what), quietMs);
  const child = spawn(process.env.npm_node_execpath ?? process.execPath, [npm, ...words], { stdio: 'inherit' });
  const [status] = await once(child, 'close');
  clearTimeout(timer);
  if (status !== 0) fail(`npm ${words.join(' ')} failed`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
