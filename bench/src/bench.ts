import { against } from './against.ts';
import { Compiler } from './compiler.ts';
import type { Contender } from './contender.ts';
import { contenders } from './contenders.ts';
import { describeMachine, type Machine } from './machine.ts';
import { type Entrant, measure } from './measure.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { save } from './results.ts';
import { rows } from './rows.ts';
import { judge, summarize } from './summary.ts';
import { tell } from './table.ts';

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

/** Measures, prints, writes the file. False when a contender failed. */
async function run(options: Options, compiler: Compiler): Promise<boolean> {
  const machine = describeMachine();
  const entrants = enter(contenders(compiler), options.contenders);
  tellMachine(machine, compiler, entrants);
  console.log();

  const setting = { compiler, cores: machine.pinned, quick: options.quick, rounds: options.rounds };
  const done = [];
  for (const row of rows) {
    if (options.rows.length > 0 && !options.rows.includes(row.name)) continue;
    const { library } = row;
    if (library !== undefined && !compiler.has(library.header)) {
      console.log(
        `skipped: ${row.name}: its load needs ${library.header}; install it with: apt-get install ${library.package}\n`,
      );
      continue;
    }
    const measured = await measure(row, entrants, setting);
    const summaries = summarize(row, measured);
    const goals = judge(row, measured);
    console.log(tell(row, summaries, goals));
    done.push({ row: row.name, work: row.work, summaries, goals, measured });
  }

  const versions = Object.fromEntries(entrants.map(({ name, version }) => [name, version]));
  const report = { date: new Date().toISOString(), machine, versions, options, rows: done };
  save('latest', report);
  return done.every(({ measured }) => measured.every(({ failure }) => failure === undefined));
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
// On Ctrl-C too; the servers and loads end with this process.
process.on('exit', () => compiler[Symbol.dispose]());
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

/** Measures what is wanted. False when something failed. */
function bench(options: Options): Promise<boolean> {
  return options.against === undefined ? run(options, compiler) : against(options.against, rows, options, compiler);
}

const options = readOptions(compiler);
const reason = obstacle(compiler);
if (reason !== undefined) console.error(reason);
if (options === undefined || reason !== undefined || !(await bench(options))) process.exitCode = 1;
