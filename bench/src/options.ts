import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  /** Short slices, and only what the goals are about. */
  readonly quick: boolean;
  /** Short slices of everything. */
  readonly short: boolean;
  /** Only the rows that the last run had no time for, added to its results. */
  readonly rest: boolean;
  /** The rows to measure; empty: all. */
  readonly rows: readonly string[];
  /** The contenders to measure; empty: all. One that is named twice is measured twice, which shows the noise. */
  readonly contenders: readonly string[];
  readonly rounds: number | undefined;
  /** The commit to compare what is checked out with, instead of measuring peers. */
  readonly against: string | undefined;
  /** The most that the ratio to that commit may be. */
  readonly goal: number;
}

export const usage = `npm run bench -- [--quick | --short] [--row NAME]... [--contender NAME]... [--rounds N] [ROW]...
npm run bench -- --rest
npm run bench -- --against COMMIT [--quick] [--contender NAME]... [--rounds N] [--goal RATIO] [ROW]...
  --quick           shorter measurements of what the goals are about, the whole run in two minutes
  --short           shorter measurements of everything, the whole run in twenty minutes
  --rest            only the rows that the last run had no time for, as that one measured; they are added to its results
  --row NAME        only this row, and those that begin so (lines: lines-1, lines-16, ...); may be repeated
  --contender NAME  only this contender; may be repeated, also with the same name
  --rounds N        how often each contender is measured; under 12 times there is no verdict on noisy figures
  --against COMMIT  what is checked out beside that commit, in the same run
  --goal RATIO      the most CPU time that it may take, by that of the commit; 1.01 unless given
  ROW               the same as --row ROW`;

/** The value, if it is known. Throws an `Error` that lists what is. */
function known(kind: string, value: string, all: readonly string[]): string {
  if (all.includes(value)) return value;
  throw new Error(`no ${kind} ${value}; there are ${all.join(', ')}`);
}

/** The row of that name, and those whose names begin with it and a hyphen. Throws like `known`. */
function group(name: string, rows: readonly string[]): string[] {
  const all = rows.filter((row) => row === name || row.startsWith(`${name}-`));
  return all.length > 0 ? all : [known('row', name, rows)];
}

/** Throws an `Error` that names what is wrong. */
export function parseOptions(args: string[], rows: readonly string[], contenders: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      rest: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      contender: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      against: { type: 'string' },
      goal: { type: 'string', default: '1.01' },
    },
  });
  if (values.quick && values.short) throw new Error('--quick or --short, not both');
  if (values.rest && args.length > 1) throw new Error('--rest is the only option: the last run has the others');
  if (values.rounds !== undefined && !/^[1-9]\d{0,2}$/.test(values.rounds)) {
    throw new Error(`--rounds is a number from 1 to 999, not ${values.rounds}`);
  }
  if (!/^\d+(\.\d+)?$/.test(values.goal) || Number(values.goal) === 0) {
    throw new Error(`--goal is a ratio such as 1.01, not ${values.goal}`);
  }
  return {
    quick: values.quick,
    short: values.short,
    rest: values.rest,
    rows: [...values.row, ...positionals].flatMap((name) => group(name, rows)),
    contenders: values.contender.map((name) => known('contender', name, contenders)),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    against: values.against,
    goal: Number(values.goal),
  };
}
