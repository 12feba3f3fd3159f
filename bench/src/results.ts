import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';
import type { Result } from './measure.ts';
import type { Options } from './options.ts';
import type { Summary, Verdict } from './summary.ts';

const folder = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes `bench/results/NAME.json` anew. */
export function save(name: string, report: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(report, null, 2)}\n`);
}

/** One row of a run. */
export interface RowReport {
  readonly row: string;
  readonly work: string;
  readonly loadAverage: number;
  readonly summaries: readonly Summary[];
  readonly goals: readonly Verdict[];
  readonly measured: readonly Result[];
}

/** What a run has measured. */
export interface Report {
  readonly date: string;
  /** What was checked out; not known outside of a repository. */
  readonly commit?: string | undefined;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly options: Options;
  /** How long it took, with what has been added later. */
  readonly seconds: number;
  /** The rows that it had no time for. */
  readonly late: readonly string[];
  readonly rows: readonly RowReport[];
}

/** The last run, if there is one. */
export function latest(): Report | undefined {
  const file = `${folder}latest.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
}
