import { loadavg } from 'node:os';
import { Checkout, checkedOut, describe } from './checkout.ts';
import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import { couplets, coupletsOnNode } from './contenders.ts';
import { describeMachine } from './machine.ts';
import { type Entrant, measure, type Setting } from './measure.ts';
import type { Options } from './options.ts';
import { PACES } from './pace.ts';
import { save } from './results.ts';
import type { Metric, Row } from './row.ts';
import { compared, type Summary, summarize } from './summary.ts';
import { align, figure } from './table.ts';
import { type Standing, standing } from './verdict.ts';

/** The rows that are compared when none is named. */
const usual = ['echo', 'lines-100', 'poems'];

/** What two commits are compared in. */
const metric = 'cpu';
/** What the commit's entrant is called. */
const commits = 'of the commit';

/** One contender in one row. */
interface Compared {
  readonly row: string;
  readonly name: string;
  readonly own: Summary;
  readonly other: Summary;
  readonly standing: Standing;
  /** How many pairs are not counted: a thread of a server ended in them. */
  readonly lost: number;
}

function cost({ metrics }: Row): Metric | undefined {
  return metrics.find(({ name, compared }) => name === metric && compared);
}

/** Those that are wanted, of those that can be compared; the others are named. */
function chosen(rows: readonly Row[], names: readonly string[]): Row[] {
  const able = rows.filter((row) => cost(row) !== undefined);
  const wanted = rows.filter(({ name }) => (names.length > 0 ? names : usual).includes(name));
  for (const { name } of wanted.filter((row) => !able.includes(row)))
    console.log(`skipped: ${name}: it counts no CPU time; rows that do: ${able.map((row) => row.name).join(', ')}`);
  return wanted.filter((row) => able.includes(row));
}

/** Both of a contender; undefined, after telling why, where one is missing. */
function both(name: string, { programs }: Row, root: string): readonly [Entrant, Entrant] | undefined {
  const [own, other] = [couplets(), couplets(root)].map((all) => all.find((one) => one.name === name)?.find());
  if (own === undefined || typeof own === 'string') return undefined;
  if (programs.some((program) => own.command(program) === undefined)) return undefined;
  const missing =
    other === undefined || typeof other === 'string'
      ? other
      : programs.find((program) => other.command(program) === undefined);
  if (other !== undefined && typeof other !== 'string' && missing === undefined)
    return [entered(own, name), entered(other, commits)];
  console.log(`skipped: ${name}: the commit does not have ${missing}`);
  return undefined;
}

function entered({ version, command }: Present, name: string): Entrant {
  return { version, command, name };
}

function tell(row: Row, all: readonly Compared[], goal: number): string {
  const { title = '', digits = 0 } = cost(row) ?? {};
  const head = ['', title, commits, 'ratio', 'half the pairs', `at most ${goal}`];
  const cpu = ({ figures }: Summary): string => figure(figures[metric], digits);
  const body = all.map(({ name, own, other, standing: { median, quartiles, verdict } }) => [
    name,
    cpu(own),
    cpu(other),
    figure(median, 3),
    quartiles.map((end) => figure(end, 3)).join(' to '),
    verdict,
  ]);
  const [top = '', ...lines] = align([head, ...body]);
  const notes = all.map(({ own, lost }) =>
    [...own.notes, ...(lost > 0 ? [`${lost} pairs are not counted: a thread of a server ended`] : [])].join('; '),
  );
  return [
    `${row.name}: ${row.work}; load average ${figure(loadavg()[0], 2)}`,
    top,
    ...lines.map((line, i) => `${line}  ${notes[i]}`.trimEnd()),
    '',
  ].join('\n');
}

/** Measures both of a contender in a row. Throws an `Error` when one of them failed. */
async function compareIn(
  row: Row,
  pair: readonly [Entrant, Entrant],
  setting: Setting,
  goal: number,
): Promise<Compared> {
  const results = await measure(row, pair, setting);
  for (const { name, failure } of results) if (failure !== undefined) throw new Error(`${name}: ${failure}`);
  const [own, other] = summarize(row, results);
  if (own === undefined || other === undefined) throw new Error('a contender took no part');
  const { counted, lost } = compared(results[0], results[1], metric);
  return { row: row.name, name: own.name, own, other, standing: standing(counted, { atMost: goal }), lost };
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
  const own = checkedOut();
  console.log(`machine: ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`);
  console.log(`checked out: ${own}\nbeside:      ${other}\n`);

  const setting: Setting = {
    compiler,
    cores: machine.pinned,
    pace: options.quick ? { ...PACES.quick, sliceMs: 100 } : PACES.full,
    rounds: options.rounds,
    lifetime: 6,
  };
  const names = options.contenders.length > 0 ? options.contenders : coupletsOnNode().map(({ name }) => name);
  const done: Compared[] = [];
  let failed = false;
  for (const row of chosen(rows, options.rows)) {
    const all: Compared[] = [];
    for (const name of names) {
      const pair = both(name, row, checkout.root);
      if (pair === undefined) continue;
      try {
        all.push(await compareIn(row, pair, setting, options.goal));
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
