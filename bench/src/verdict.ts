import { median, quantile } from './statistics.ts';

/** With fewer pairs nothing is said. */
const fewest = 12;

/** How a ratio stands to its goal. */
export interface Standing {
  readonly median: number;
  /** Half of all pairs lie between them. */
  readonly quartiles: readonly [number, number];
  readonly verdict: 'met' | 'undecided' | 'MISSED' | 'no verdict';
}

/** `met` when both quartiles are at most the goal, `MISSED` when both are above. */
export function standing(ratios: readonly number[], goal: number): Standing {
  const quartiles = [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const;
  return { median: median(ratios), quartiles, verdict: verdictOf(ratios.length, quartiles, goal) };
}

function verdictOf(count: number, [low, high]: readonly [number, number], goal: number): Standing['verdict'] {
  if (count < fewest) return 'no verdict';
  if (high <= goal) return 'met';
  return low > goal ? 'MISSED' : 'undecided';
}
