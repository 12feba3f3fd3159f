import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import type { Cores } from './machine.ts';
import type { Visits, Window } from './row.ts';
import { Playhouse } from './stage.ts';
import { Visitor } from './visitor.ts';

/** After that many pairs the servers are replaced. */
const lifetime = 6;

/** CPU nanoseconds for each thing counted, in two slices that lie side by side. */
export interface Pair {
  readonly own: number;
  readonly other: number;
}

/** What came of a comparison. */
export interface Pairs {
  readonly pairs: readonly Pair[];
  readonly windows: readonly Window[];
  /** How many pairs are not counted, since a thread ended in them. */
  readonly lost: number;
}

/** How a comparison is made. */
export interface Slicing {
  readonly compiler: Compiler;
  readonly cores: Cores | undefined;
  /** How many pairs of slices. */
  readonly count: number;
  /** How long a slice is. */
  readonly sliceMs: number;
}

/**
 * Compares two contenders: both are up at the same time, and the load visits them in turn, the second one first in every second
 * pair. After some pairs both are started anew: two processes of one program differ by percents as long as they live.
 */
export async function compare(visits: Visits, own: Present, other: Present, slicing: Slicing): Promise<Pairs> {
  const all = { pairs: [] as Pair[], windows: [] as Window[], lost: 0 };
  for (let left = slicing.count; left > 0; left -= lifetime) {
    const some = await compareOnce(visits, own, other, { ...slicing, count: Math.min(left, lifetime) });
    all.pairs.push(...some.pairs);
    all.windows.push(...some.windows);
    all.lost += some.lost;
  }
  return all;
}

async function compareOnce(visits: Visits, own: Present, other: Present, slicing: Slicing): Promise<Pairs> {
  const { compiler, cores, count, sliceMs } = slicing;
  await using ownStage = new Playhouse(own, compiler, cores, false);
  await using otherStage = new Playhouse(other, compiler, cores, false);
  const ours = await Visitor.start(ownStage, visits);
  const theirs = await Visitor.start(otherStage, visits);
  const pairs: Pair[] = [];
  const windows: Window[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const early = turn % 2 === 0 ? await ours.visit(sliceMs) : undefined;
    const second = await theirs.visit(sliceMs);
    const first = early ?? (await ours.visit(sliceMs));
    windows.push(first.window, second.window);
    if (first.each !== undefined && second.each !== undefined) pairs.push({ own: first.each, other: second.each });
  }
  return { pairs, windows, lost: count - pairs.length };
}
