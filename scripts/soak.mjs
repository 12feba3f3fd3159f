// What takes longer than a test may: many seeds of the simulations, the stop of a busy server ten times, and every planted bug.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const fromSource = '--conditions=couplet-source';
const PARTS = [
  { args: [fromSource, 'scripts/simulate.mjs', '5000'] },
  {
    args: [fromSource, '--test', 'packages/couplet/test/real/drain.test.ts'],
    env: { COUPLET_DRAIN_RUNS: '10' },
  },
  { args: ['scripts/plant.mjs'] },
];

for (const { args, env } of PARTS) {
  console.log(`node ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}
