import { loadavg } from 'node:os';
import { against } from './against.ts';
import { checkedOut } from './checkout.ts';
import { Compiler } from './compiler.ts';
import type { Contender } from './contender.ts';
import { contenders } from './contenders.ts';
import { describeMachine, type Machine } from './machine.ts';
import { type Entrant, measure, type Setting } from './measure.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { PACES, type Pace } from './pace.ts';
import { latest, type Report, type RowReport, save } from './results.ts';
import type { Row } from './row.ts';
import { rows } from './rows.ts';
import { judge, summarize } from './summary.ts';
import { figure, tell } from './table.ts';

/** When no row begins any more, and no round, as shares of the limit. */
const [lastRow, lastRound] = [0.92, 0.97];

/** Those that are here; the others are named with the reason. The second of two equal names gets a number. */
function enter(all: readonly Contender[], wanted: readonly string[]): Entrant[] {
  const names = wanted.length > 0 ? wanted : all.map(({ name }) => name);
  return names.flatMap((name, i) => {
    const found = all.find((contender) => contender.name === name)?.find() ?? 'unknown';
    if (typeof found === 'string') {
      console.log(`skipped: ${name}: ${found}`);
      return [];
    }
    const before = names.slice(0, i).filter((earlier) => earlier === name).length;
    return [{ ...found, name: before === 0 ? name : `${name} ${before + 1}` }];
  });
}

function tellMachine(machine: Machine, compiler: Compiler, entrants: readonly Entrant[]): void {
  const { cpu, cores, kernel, congestionControl, loadAverage, pinned } = machine;
  const system = `Linux ${kernel} with TCP ${congestionControl}`;
  console.log(`machine: ${cpu}, ${cores} cores, ${system}, load average ${loadAverage.toFixed(2)}`);
  console.log(`contenders: ${entrants.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
  console.log(`load: ${compiler.version}`);
  console.log(
    pinned === undefined
      ? 'one core only: server and load share it, so only CPU times mean something'
      : `server on core ${pinned.server}, load on core ${pinned.load}`,
  );
}

/** Those whom a quick run measures in a row, and a short one in some: whom its goals are about, unless some are named. */
function inRow(row: Row, entrants: readonly Entrant[], { quick, short, contenders }: Options): readonly Entrant[] {
  if (!(quick || (short && row.narrow === true)) || contenders.length > 0) return entrants;
  return entrants.filter(({ name }) => row.goals.some(({ of, peer }) => of === name || peer === name));
}

function paceOf({ quick, short }: Options): Pace {
  return PACES[quick ? 'quick' : short ? 'short' : 'full'];
}

/** The limit of a run of all rows, which has to end in time. */
function limitOf(options: Options): number | undefined {
  const { rows, contenders, rounds } = options;
  if (rows.length > 0 || contenders.length > 0 || rounds !== undefined) return undefined;
  return paceOf(options).limit;
}

/** Seconds since this process began. */
function elapsed(): number {
  return performance.now() / 1000;
}

/** Why a row is left out, if it is. */
function reasonAgainst({ name, library, goals, long }: Row, options: Options, compiler: Compiler): string | undefined {
  if (library !== undefined && !compiler.has(library.header))
    return `its load needs ${library.header}; install it with: apt-get install ${library.package}`;
  if (!(options.quick || options.short) || options.contenders.length > 0) return undefined;
  if (goals.length === 0) return 'it has no goal; a full run measures it';
  return options.quick && long === true && !options.rows.includes(name)
    ? `it takes too long; measure it with --row ${name}`
    : undefined;
}

/** Measures, prints, writes the file. False when a contender failed, or the run took too long. */
async function run(given: Options, compiler: Compiler): Promise<boolean> {
  const earlier = given.rest ? latest() : undefined;
  const options = earlier?.options ?? given;
  const machine = describeMachine();
  const entrants = enter(contenders(compiler), options.contenders);
  const versions = Object.fromEntries(entrants.map(({ name, version }) => [name, version]));
  if (given.rest && JSON.stringify(earlier?.versions) !== JSON.stringify(versions)) {
    console.error('the last run had other versions of the contenders, or there is none: run without --rest first');
    return false;
  }
  tellMachine(machine, compiler, entrants);
  console.log();

  const limit = limitOf(options);
  const setting: Setting = {
    compiler,
    cores: machine.pinned,
    pace: paceOf(options),
    rounds: options.rounds,
    lifetime: 12,
    ...(limit === undefined ? {} : { endMs: limit * lastRound * 1000 }),
  };
  const done: RowReport[] = [];
  const late: string[] = [];
  for (const row of rows) {
    if (earlier !== undefined && !earlier.late.includes(row.name)) continue;
    if (options.rows.length > 0 && !options.rows.includes(row.name)) continue;
    const reason = reasonAgainst(row, options, compiler);
    if (reason !== undefined) {
      console.log(`skipped: ${row.name}: ${reason}\n`);
      continue;
    }
    if (limit !== undefined && elapsed() > limit * lastRow) {
      late.push(row.name);
      continue;
    }
    const measured = await measure(row, inRow(row, entrants, options), setting);
    if (
      measured.length > 0 &&
      measured.every(({ samples, failure }) => samples.length === 0 && failure === undefined)
    ) {
      late.push(row.name);
      continue;
    }
    const summaries = summarize(row, measured);
    const goals = judge(row, measured);
    const loadAverage = loadavg()[0] ?? 0;
    console.log(tell(row, summaries, goals, loadAverage));
    done.push({ row: row.name, work: row.work, loadAverage, summaries, goals, measured });
  }

  const seconds = elapsed();
  const inTime = tellTime(seconds, late, limit);
  const own = {
    date: new Date().toISOString(),
    commit: checkedOut(),
    machine,
    versions,
    options,
    seconds,
    late,
    rows: done,
  };
  const report: Report =
    earlier === undefined
      ? own
      : { ...earlier, seconds: earlier.seconds + seconds, late, rows: [...earlier.rows, ...done] };
  save('latest', report);
  return inTime && done.every(({ measured }) => measured.every(({ failure }) => failure === undefined));
}

/** Tells how long the run took, and which rows were left out for that. False when it had no time for all. */
function tellTime(seconds: number, late: readonly string[], limit: number | undefined): boolean {
  const inTime = late.length === 0 && (limit === undefined || seconds <= limit);
  const goal = limit === undefined ? '' : ` of at most ${limit} s: ${inTime ? 'met' : 'MISSED'}`;
  if (late.length > 0)
    console.log(`no time was left for ${late.join(', ')}: use a quieter machine, or add them with --rest`);
  console.log(`the run took ${figure(seconds, 0)} s${goal}`);
  return inTime;
}

/** The options, or undefined after telling what is wrong with them. */
function readOptions(compiler: Compiler): Options | undefined {
  try {
    return parseOptions(
      process.argv.slice(2),
      rows.map(({ name }) => name),
      contenders(compiler).map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return undefined;
  }
}

/** Why the bench cannot run here, if it cannot. */
function obstacle(compiler: Compiler): string | undefined {
  if (process.platform !== 'linux') return 'the bench needs Linux: it uses epoll and /proc';
  if (compiler.version !== undefined) return undefined;
  return 'the bench needs a C compiler for its load generator; install one with: apt-get install gcc libc6-dev';
}

const compiler = new Compiler();
// The servers and loads end with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

/** Measures what is wanted. False when something failed. */
function bench(options: Options): Promise<boolean> {
  return options.against === undefined ? run(options, compiler) : against(options.against, rows, options, compiler);
}

const options = readOptions(compiler);
const reason = obstacle(compiler);
if (reason !== undefined) console.error(reason);
if (options === undefined || reason !== undefined || !(await bench(options))) process.exitCode = 1;
