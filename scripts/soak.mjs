// What takes longer than a test may: `npm run soak -- [--minutes N] [PART]...`, all parts unless some are named. They are many seeds of the
// simulations, the stop of a busy server and daemon ten times, many reloads of a daemon, every planted bug, and of the kernel's sockets many
// seeds of calls that fail, ten million calls, 42,000 hostile connections (`native`), and a mixed load of that many minutes, an hour unless
// set (`load`). `--native` stands for the last two.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { installPrograms } from './debian.mjs';
import { installRuntimes, RUNTIMES } from './runtimes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { native: { type: 'boolean', default: false }, minutes: { type: 'string', default: '60' } },
});
const fromSource = '--conditions=couplet-source';
/** Tests of the whole daemon that take larger numbers here. */
const daemon = ['reload', 'stop', 'crashes'];
/** What runs on Node 26, and how many seconds a file of it may take. */
const NATIVE = ['native', 'load'];
const NATIVE_TESTS = 'packages/couplet/test/native';
const LIMIT = '7200';
const PARTS = {
  simulation: { args: [fromSource, 'scripts/simulate.mjs', '5000'] },
  drain: {
    args: [fromSource, '--test', 'packages/couplet/test/real/drain.test.ts'],
    env: { COUPLET_DRAIN_RUNS: '10' },
  },
  daemon: {
    args: [
      fromSource,
      '--test',
      '--test-concurrency=1',
      ...daemon.map((name) => `packages/daemon/test/real/${name}.test.ts`),
    ],
    env: { COUPLET_DAEMON_FULL: '1' },
  },
  // As it is published, which is what its users wait for.
  start: {
    args: ['--test', '--test-concurrency=1', 'packages/daemon/build/test/real/start.test.js'],
    env: { COUPLET_DAEMON_FULL: '1' },
  },
  planted: { args: ['scripts/plant.mjs'] },
  native: {
    args: ['scripts/test.mjs', 'runtimes', '--runtime', 'native', '--limit', LIMIT, NATIVE_TESTS],
    env: { COUPLET_NATIVE_FULL: '1' },
  },
  load: { program: RUNTIMES.native.program, args: [fromSource, `${NATIVE_TESTS}/load.ts`, values.minutes] },
};

if (!(Number(values.minutes) > 0)) throw new Error(`--minutes is ${values.minutes}, not a number above 0`);
const asked = [...positionals, ...(values.native ? NATIVE : [])];
for (const name of asked)
  if (!Object.hasOwn(PARTS, name))
    throw new Error(`no part ${JSON.stringify(name)}; there are ${Object.keys(PARTS).join(', ')}`);
const names = asked.length > 0 ? asked : Object.keys(PARTS);
if (names.some((name) => NATIVE.includes(name))) {
  installRuntimes(['native']);
  installPrograms(['gcc', 'libc6-dev']);
}
for (const name of names) {
  const { program = process.execPath, args, env } = PARTS[name];
  console.log(`${name}: node ${args.join(' ')}`);
  const { status } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}
