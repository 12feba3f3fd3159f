import type { Goal } from './row.ts';
import { median, quantile } from './statistics.ts';

/** With fewer numbers nothing is said, unless they are steady. */
const fewest = 12;

/** How figures stand to their goal. */
export interface Standing {
  readonly median: number;
  /** Half of all numbers lie between them. */
  readonly quartiles: readonly [number, number];
  readonly verdict: 'met' | 'undecided' | 'MISSED' | 'no verdict';
}

/** What is to be reached. */
export type Bound = Pick<Goal, 'atMost' | 'atLeast' | 'steady'>;

/** `met` when both quartiles are on the good side of the goal, `MISSED` when neither is. */
export function standing(numbers: readonly number[], bound: Bound): Standing {
  const quartiles = [quantile(numbers, 0.25), quantile(numbers, 0.75)] as const;
  return { median: median(numbers), quartiles, verdict: verdictOf(numbers.length, quartiles, bound) };
}

function verdictOf(
  count: number,
  quartiles: readonly number[],
  { atMost, atLeast, steady }: Bound,
): Standing['verdict'] {
  if (count < (steady === true ? 1 : fewest)) return 'no verdict';
  const most = atMost ?? Number.POSITIVE_INFINITY;
  const least = atLeast ?? Number.NEGATIVE_INFINITY;
  const good = quartiles.filter((end) => end <= most && end >= least).length;
  return good === quartiles.length ? 'met' : good === 0 ? 'MISSED' : 'undecided';
}
