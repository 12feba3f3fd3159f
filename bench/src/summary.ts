import type { Result } from './measure.ts';
import type { Goal, Row, Window } from './row.ts';
import { median, quantile, spread } from './statistics.ts';

/** The contenders that all others are compared with. */
export const peers = ['node', 'c', 'go'];

/** What the table says of one contender in one row. */
export interface Summary {
  readonly name: string;
  /** The median of each figure, by the name of the metric. */
  readonly figures: Readonly<Record<string, number>>;
  /** The median over the rounds of own figure / peer's figure, as `cpu/node`. */
  readonly ratios: Readonly<Record<string, number>>;
  /** How far the rounds lie apart in the metric of the row's first goal, as a share of its median. */
  readonly spread: number;
  readonly notes: readonly string[];
}

/** Whether a goal was reached. */
export interface Verdict extends Goal {
  readonly value: number;
  /** The middle half of the rounds lies from here to there: with a goal inside, measure longer. */
  readonly middleHalf: readonly [number, number];
  readonly met: boolean;
}

/** The rounds of one figure; none when the contender dropped out. */
function rounds(result: Result | undefined, metric: string): number[] {
  if (result === undefined || result.failure !== undefined) return [];
  return result.samples.map((sample) => sample.figures[metric] ?? Number.NaN);
}

/** Compared round by round: what disturbs one round disturbs both alike. None when either dropped out. */
function ratios(result: Result | undefined, peer: Result | undefined, metric: string): number[] {
  const theirs = rounds(peer, metric);
  if (theirs.length === 0) return [];
  return rounds(result, metric).map((own, i) => own / (theirs[i] ?? Number.NaN));
}

function named(results: readonly Result[], name: string): Result | undefined {
  return results.find((result) => result.name === name);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function notesOf(result: Result): string[] {
  if (result.failure !== undefined) return [`FAILED: ${result.failure}`];
  return busyNotes(result.samples.flatMap((sample) => sample.busy ?? []));
}

/** Whether the server's core was busy in those windows, and if not, why. */
export function busyNotes(windows: readonly Window[]): string[] {
  const share = (of: 'cpu' | 'waited' | 'load'): number => median(windows.map((window) => window[of] / window.seconds));
  const busy = share('cpu');
  if (!(busy < 0.9)) return [];
  const taken = share('waited') > (1 - busy) / 2 || share('load') < 0.9;
  const why = taken ? "other processes took its time or the load's" : 'the load is the limit, not the server';
  return [`its core only ${percent(busy)} busy: ${why}`];
}

/** The figures of a row, contender by contender. */
export function summarize(row: Row, results: readonly Result[]): Summary[] {
  const compared = row.metrics.filter((metric) => metric.compared);
  return results.map((result) => ({
    name: result.name,
    figures: Object.fromEntries(row.metrics.map(({ name }) => [name, median(rounds(result, name))])),
    ratios: Object.fromEntries(
      compared.flatMap(({ name }) =>
        peers.map((peer): [string, number] => [`${name}/${peer}`, median(ratios(result, named(results, peer), name))]),
      ),
    ),
    spread: spread(rounds(result, row.goals[0]?.metric ?? '')),
    notes: notesOf(result),
  }));
}

/** How the goals stand; those of contenders or peers that were not measured are left out. */
export function judge(row: Row, results: readonly Result[]): Verdict[] {
  return row.goals.flatMap((goal) => {
    const own = named(results, goal.of);
    const values =
      goal.peer === undefined ? rounds(own, goal.metric) : ratios(own, named(results, goal.peer), goal.metric);
    if (values.length === 0) return [];
    const value = median(values);
    const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
    const middleHalf = [quantile(values, 0.25), quantile(values, 0.75)] as const;
    return [{ ...goal, value, middleHalf, met: value <= atMost && value >= atLeast }];
  });
}
