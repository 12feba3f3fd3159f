import type { Result } from './measure.ts';
import type { Goal, Row, Window } from './row.ts';
import { median, quantile } from './statistics.ts';
import { type Standing, standing } from './verdict.ts';

/** The contenders that all others are compared with. */
export const peers = ['node', 'c', 'go'];

/** What the table says of one contender in one row. */
export interface Summary {
  readonly name: string;
  /** The median of each figure, by the name of the metric. */
  readonly figures: Readonly<Record<string, number>>;
  /** The median over the rounds of own figure / peer's figure, as `cpu/node`. */
  readonly ratios: Readonly<Record<string, number>>;
  /** How far the quartiles lie apart in the metric of the row's first goal, as a share of its median. */
  readonly spread: number;
  /** The share of its core that the server used; NaN where it should not be busy. */
  readonly busy: number;
  readonly notes: readonly string[];
}

/** How a goal stands. */
export interface Verdict extends Goal, Standing {
  /** How many pairs are not counted: a thread of a server ended in them. */
  readonly lost: number;
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

function known(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value));
}

/** The ratios of two contenders, round by round, and how many are missing. */
export function compared(
  own: Result | undefined,
  peer: Result | undefined,
  metric: string,
): { readonly counted: number[]; readonly lost: number } {
  const all = ratios(own, peer, metric);
  const counted = known(all);
  return { counted, lost: all.length - counted.length };
}

function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

function busyShare({ samples }: Result): number {
  return median(samples.flatMap(({ busy }) => (busy === undefined ? [] : [busy.cpu / busy.seconds])));
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function notesOf(result: Result): string[] {
  if (result.failure !== undefined) return [`FAILED: ${result.failure}`];
  return busyNotes(result.samples.flatMap((sample) => sample.busy ?? []));
}

/** Whether the server's core was busy in those windows, and if not, why. */
function busyNotes(windows: readonly Window[]): string[] {
  const share = (of: 'cpu' | 'waited' | 'load'): number => median(windows.map((window) => window[of] / window.seconds));
  const busy = share('cpu');
  if (!(busy < 0.9)) return [];
  const taken = share('waited') > (1 - busy) / 2 || share('load') < 0.9;
  const why = taken ? "other processes took its time or the load's" : 'the load is the limit, not the server';
  return [`its core only ${percent(busy)} busy: ${why}`];
}

/** The figures of a row, contender by contender. */
export function summarize(row: Row, results: readonly Result[]): Summary[] {
  const shown = row.metrics.filter((metric) => metric.compared);
  return results.map((result) => ({
    name: result.name,
    figures: Object.fromEntries(row.metrics.map(({ name }) => [name, median(known(rounds(result, name)))])),
    ratios: Object.fromEntries(
      shown.flatMap(({ name }) =>
        peers.map((peer): [string, number] => [
          `${name}/${peer}`,
          median(compared(result, named(results, peer), name).counted),
        ]),
      ),
    ),
    spread: spread(known(rounds(result, row.goals[0]?.metric ?? row.metrics[0]?.name ?? ''))),
    busy: busyShare(result),
    notes: notesOf(result),
  }));
}

/** How the goals stand; those of contenders or peers that were not measured are left out. */
export function judge(row: Row, results: readonly Result[]): Verdict[] {
  return row.goals.flatMap((goal) => {
    const own = named(results, goal.of);
    const { counted, lost } =
      goal.peer === undefined
        ? { counted: known(rounds(own, goal.metric)), lost: 0 }
        : compared(own, named(results, goal.peer), goal.metric);
    return counted.length + lost === 0 ? [] : [{ ...goal, ...standing(counted, goal), lost }];
  });
}
