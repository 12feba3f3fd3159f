import { loadavg } from 'node:os';
import { Checkout, describe, isChanged } from './checkout.ts';
import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import { couplets } from './contenders.ts';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';
import { compare, type Pairs, type Slicing } from './pairs.ts';
import { save } from './results.ts';
import type { Row, Visits } from './row.ts';
import { median } from './statistics.ts';
import { busyNotes } from './summary.ts';
import { align, figure } from './table.ts';
import { type Standing, standing } from './verdict.ts';

/** The rows that are compared when none is named. */
const usual = ['echo', 'lines-100', 'poems'];

/** One contender in one row. */
interface Compared extends Pairs {
  readonly row: string;
  readonly name: string;
  readonly standing: Standing;
}

/** A row that can be compared. */
type Visited = Row & { readonly visits: Visits };

function isVisited(row: Row): row is Visited {
  return row.visits !== undefined;
}

/** Those that are wanted, of those that can be compared; the others are named. */
function chosen(rows: readonly Row[], names: readonly string[]): Visited[] {
  const wanted = rows.filter(({ name }) => (names.length > 0 ? names : usual).includes(name));
  for (const { name } of wanted.filter((row) => !isVisited(row)))
    console.log(`skipped: ${name}: its load makes no visits; rows that do: ${comparable(rows).join(', ')}`);
  return wanted.filter(isVisited);
}

function comparable(rows: readonly Row[]): string[] {
  return rows.filter(isVisited).map(({ name }) => name);
}

/** Both of a contender; undefined, after telling why, where one is missing. */
function both(name: string, { programs }: Row, root: string): readonly [Present, Present] | undefined {
  const [own, other] = [couplets(), couplets(root)].map((all) => all.find((one) => one.name === name)?.find());
  if (own === undefined || typeof own === 'string') return undefined;
  if (programs.some((program) => own.command(program) === undefined)) return undefined;
  const missing =
    other === undefined || typeof other === 'string'
      ? other
      : programs.find((program) => other.command(program) === undefined);
  if (other !== undefined && typeof other !== 'string' && missing === undefined) return [own, other];
  console.log(`skipped: ${name}: the commit does not have ${missing}`);
  return undefined;
}

function tell(row: Row, all: readonly Compared[], goal: number): string {
  const { title = '', digits = 0 } = row.metrics.find(({ name }) => name === 'cpu') ?? {};
  const head = ['', title, 'of the commit', 'ratio', 'half the pairs', `at most ${goal}`];
  const body = all.map(({ name, pairs, standing: { median: middle, quartiles, verdict } }) => [
    name,
    figure(median(pairs.map(({ own }) => own)) / 1000, digits),
    figure(median(pairs.map(({ other }) => other)) / 1000, digits),
    figure(middle, 3),
    quartiles.map((end) => figure(end, 3)).join(' to '),
    verdict,
  ]);
  const [top = '', ...lines] = align([head, ...body]);
  const notes = all.map(({ windows, lost }) =>
    [...busyNotes(windows), ...(lost > 0 ? [`${lost} pairs are not counted: a thread of a server ended`] : [])].join(
      '; ',
    ),
  );
  const load = `load average ${(loadavg()[0] ?? 0).toFixed(2)}`;
  return [
    `${row.name}: ${row.work}; ${all[0]?.pairs.length ?? 0} pairs, ${load}`,
    top,
    ...lines.map((line, i) => `${line}  ${notes[i]}`.trimEnd()),
    '',
  ].join('\n');
}

/** The commit as one line; undefined, after telling so, when there is none. */
function described(commit: string): string | undefined {
  try {
    return describe(commit);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** Compares what is checked out with a commit, prints, writes the file. False when something failed. */
export async function against(
  commit: string,
  rows: readonly Row[],
  options: Options,
  compiler: Compiler,
): Promise<boolean> {
  const machine = describeMachine();
  const other = described(commit);
  if (other === undefined) return false;
  using checkout = new Checkout(commit);
  // On Ctrl-C too.
  process.on('exit', () => checkout[Symbol.dispose]());
  const own = `${describe('HEAD')}${isChanged() ? ', with changes' : ''}`;
  console.log(`machine: ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`);
  console.log(`checked out: ${own}\nbeside:      ${other}\n`);

  const slicing: Slicing = {
    compiler,
    cores: machine.pinned,
    count: options.rounds ?? (options.quick ? 12 : 24),
    sliceMs: options.quick ? 150 : 500,
  };
  const names = options.contenders.length > 0 ? options.contenders : couplets().map(({ name }) => name);
  const done: Compared[] = [];
  let failed = false;
  for (const row of chosen(rows, options.rows)) {
    const all: Compared[] = [];
    for (const name of names) {
      const pair = both(name, row, checkout.root);
      if (pair === undefined) continue;
      try {
        const pairs = await compare(row.visits, ...pair, slicing);
        const ratios = pairs.pairs.map(({ own, other }) => own / other);
        all.push({ row: row.name, name, ...pairs, standing: standing(ratios, options.goal) });
      } catch (error) {
        failed = true;
        console.log(`${row.name}: ${name} FAILED: ${error instanceof Error ? error.message : error}`);
      }
    }
    if (all.length > 0) console.log(tell(row, all, options.goal));
    done.push(...all);
  }
  save('against', { date: new Date().toISOString(), machine, own, other, options, done });
  return !failed;
}
