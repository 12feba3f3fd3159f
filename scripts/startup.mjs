// Prints what it costs a process to import `couplet` as it is built, here and in other checkouts that are named: the CPU time of
// fresh processes, in milliseconds, less that of one that imports nothing. They take turns, so that all see the same machine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const ROUNDS = 15;
const REPORT = `;const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;

const roots = [join(import.meta.dirname, '..'), ...process.argv.slice(2).map((root) => resolve(root))];
const programs = ['', ...roots.map((root) => `await import(${JSON.stringify(entryOf(root))})`)];
const times = programs.map(() => []);
for (let round = 0; round < ROUNDS; round += 1)
  for (const [at, program] of programs.entries()) times[at].push(cost(program));
const [nothing, ...costs] = times.map(median);
for (const [at, root] of roots.entries()) console.log(`${(costs[at] - nothing).toFixed(1)} ms  ${root}`);

function entryOf(root) {
  const folder = join(root, 'packages/couplet');
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return pathToFileURL(join(folder, exports['.'].default)).href;
}

function cost(program) {
  const words = ['--input-type=module', '--eval', program + REPORT];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
