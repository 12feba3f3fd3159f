// Installs and builds what is missing. Runs on the machine's own Node, before anything is there.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import process from 'node:process';

const npm = process.env.npm_execpath;

if (npm === undefined) fail('run this through npm: npm start, npm test');
if (stale()) run('ci');
run('run', '--silent', 'build');

/** True when the packages are not those of the lock file. */
function stale() {
  const installed = timeOf('node_modules/.package-lock.json');
  return installed === undefined || installed < timeOf('package-lock.json');
}

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function run(...words) {
  const { status } = spawnSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...words], {
    stdio: 'inherit',
  });
  if (status !== 0) fail(`npm ${words.join(' ')} failed`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
