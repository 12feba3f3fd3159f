import { simulate } from 'couplet/sim';
import { SCENES } from './scenarios/scenes.ts';
import { town } from './world.ts';

const SEEDS = 3;

/** What is not the same everywhere: the stacks of errors, which this one has printed. */
const WITH_STACKS = /^row 21 /;

/** The hashes of the traces of some seeds of every other scenario, and of the town on both kinds of network. */
export async function hashesOf(): Promise<Record<string, readonly string[]>> {
  const hashes: Record<string, readonly string[]> = {};
  for (const { name, options, play } of SCENES) {
    if (WITH_STACKS.test(name)) continue;
    hashes[name] = [...(await simulate({ ...options, seeds: SEEDS }, play)).hashes.values()];
  }
  for (const profile of ['rough', 'storm'] as const) {
    const { hashes: found } = await simulate({ seeds: SEEDS, profile, patienceMs: 3_600_000 }, town);
    hashes[`the town, ${profile}`] = [...found.values()];
  }
  return hashes;
}
