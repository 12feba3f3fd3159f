// Plays the scenarios of the tests with many seeds, for a long time, and prints a line for each scenario and each failure:
// node --conditions=couplet-source scripts/simulate.mjs [SEEDS [FIRST]], or with `hashes` the traces that the tests expect.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { NodeBackend } from 'couplet/node';
import { simulate } from 'couplet/sim';
import { commitOf } from '../packages/couplet/src/sim/commit.ts';
import { DAY } from '../packages/couplet/test/sim/scenarios/day.ts';
import { LEDGERS } from '../packages/couplet/test/sim/scenarios/ledgers.ts';
import { SCENES } from '../packages/couplet/test/sim/scenarios/scenes.ts';
import { hashesOf } from '../packages/couplet/test/sim/traces.ts';

const HASHES = 'packages/couplet/test/sim/hashes.json';
/** So many seeds are played between two looks at what failed; a day is so many times longer than another scenario. */
const BATCH = 500;
const DAYS = 500;
/** So much of a failure is printed, and after so many of one scenario it is left. */
const SHOWN = 3000;
const MOST_FAILURES = 3;

const [first = '10000', second = '1'] = process.argv.slice(2);
if (first === 'hashes') {
  writeFileSync(HASHES, `${JSON.stringify(await hashesOf(), null, 2)}\n`);
  spawnSync('node_modules/.bin/biome', ['format', '--write', HASHES]);
} else {
  const [seeds, from] = [Number(first), Number(second)];
  if (!(Number.isInteger(seeds) && seeds > 0 && Number.isInteger(from) && from > 0)) {
    console.error(`simulate: '${process.argv.slice(2).join(' ')}' is not SEEDS, or SEEDS FIRST`);
    process.exit(2);
  }
  process.exitCode = (await playAll(seeds, from)) === 0 ? 0 : 1;
}

async function playAll(seeds, from) {
  const total = { seeds: 0, happenings: 0, virtualMs: 0, failures: 0 };
  const began = performance.now();
  // The one whose sources are loaded: another may come while it plays.
  const played = await commitOf(new NodeBackend().surroundings);
  const scenes = [...SCENES, ...LEDGERS];
  const each = Math.ceil(seeds / scenes.length);
  for (const scene of scenes) await playOne(scene, each, from, total);
  await playOne(DAY, Math.ceil(each / DAYS), from, total);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `commit ${played}, Node ${process.version}: ${total.seeds} seeds, ${total.happenings} happenings, ` +
      `${(total.virtualMs / 3_600_000).toFixed(0)} h of the worlds in ${seconds} s, ${total.failures} failures`,
  );
  return total.failures;
}

/** Plays seeds of one scenario in batches. After a failure the next seeds are played all the same, up to a few failures. */
async function playOne({ name, options, play }, seeds, from, total) {
  let failures = 0;
  for (let at = 0; at < seeds && failures < MOST_FAILURES; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, seeds - at) }, (_, place) => from + at + place);
    try {
      const simulated = await simulate({ ...options, seeds: batch }, play);
      for (const key of ['seeds', 'happenings', 'virtualMs']) total[key] += simulated[key];
    } catch (error) {
      failures += 1;
      console.log(`${name}: ${String(error.message).slice(0, SHOWN)}`);
    }
  }
  total.failures += failures;
  console.log(`${name}: ${failures === 0 ? `${seeds} seeds are clean` : `${failures} failures`}`);
}
