// What takes longer than a test may: many seeds of the simulations, the stop of a busy server and daemon ten times, many reloads of a
// daemon, and every planted bug.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const fromSource = '--conditions=couplet-source';
/** Tests of the whole daemon that take larger numbers here. */
const daemon = ['reload', 'stop', 'crashes'];
const PARTS = [
  { args: [fromSource, 'scripts/simulate.mjs', '5000'] },
  {
    args: [fromSource, '--test', 'packages/couplet/test/real/drain.test.ts'],
    env: { COUPLET_DRAIN_RUNS: '10' },
  },
  {
    args: [
      fromSource,
      '--test',
      '--test-concurrency=1',
      ...daemon.map((name) => `packages/daemon/test/real/${name}.test.ts`),
    ],
    env: { COUPLET_DAEMON_FULL: '1' },
  },
  // As it is published, which is what its users wait for.
  {
    args: ['--test', '--test-concurrency=1', 'packages/daemon/build/test/real/start.test.js'],
    env: { COUPLET_DAEMON_FULL: '1' },
  },
  { args: ['scripts/plant.mjs'] },
];

for (const { args, env } of PARTS) {
  console.log(`node ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}
