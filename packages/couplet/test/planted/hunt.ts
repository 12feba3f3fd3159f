// Plays every scene with one seed after the other until one fails. Prints what was found, as JSON: the scene, the seed, and the
// first line of the failure; `null` when nothing was.
import process from 'node:process';
import { simulate } from 'couplet/sim';
import { calls } from './calls.ts';
import { clients } from './clients.ts';
import { endings } from './endings.ts';
import { lines } from './lines.ts';
import { policies } from './policies.ts';
import { promises } from './promises.ts';
import type { Scene } from './scene.ts';
import { strings } from './strings.ts';
import { transfers } from './transfers.ts';

const SCENES: readonly Scene[] = [lines, strings, transfers, endings, policies, clients, promises, calls];

/** What failed. */
interface Found {
  readonly by: string;
  readonly seed: number;
  readonly what: string;
}

async function hunt(seeds: number): Promise<Found | null> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const { name, scenario, ...options } of SCENES) {
      try {
        await simulate({ ...options, seeds: [seed], twice: 0, patienceMs: 300_000 }, scenario);
      } catch (error) {
        const [what = ''] = String(error).split('\n');
        return { by: name, seed, what };
      }
    }
  }
  return null;
}

console.log(JSON.stringify(await hunt(Number(process.argv[2] ?? 1))));
