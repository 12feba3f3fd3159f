// Prints what it costs a process of this runtime to import `couplet` as it is built: milliseconds of CPU time of a fresh process, those of one
// that imports nothing, and how many there are between them.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const entry = pathToFileURL(fileURLToPath(new URL('../../../packages/couplet/dist/couplet.js', import.meta.url))).href;
const report = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';

/** What runs a program that is the last argument. */
const words = 'Bun' in globalThis ? ['--eval'] : 'Deno' in globalThis ? ['eval'] : ['--input-type=module', '--eval'];

function cost(program: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...words, `${program};${report}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const [nothing, couplet] = [cost(''), cost(`await import(${JSON.stringify(entry)})`)];
console.log(JSON.stringify({ nothing, couplet, less: couplet - nothing }));
