import type { Profile } from './fault-plan.ts';
import type { Scenario, SimulateOptions } from './simulate.ts';

/** The values of the options of a command line; undefined for one that was not given. */
export interface Words {
  readonly seed?: string | undefined;
  readonly faults?: string | undefined;
  readonly seeds?: string | undefined;
  readonly profile?: string | undefined;
}

/** The request of a command line: one seed to replay, or a number of seeds to play. */
export interface Request {
  /** The module of the scenario. */
  readonly file: string;
  readonly seed: string | undefined;
  /** The numbers of the only faults that may happen, or `none`. */
  readonly faults: string | undefined;
  readonly seeds: number | undefined;
  readonly profile: Profile | undefined;
}

/** The exports of the module of a scenario. */
export interface ScenarioModule {
  readonly scenario: Scenario;
  readonly options?: SimulateOptions;
}

/** The command line is wrong. The message names the part which is wrong. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads a command line. Throws a `UsageError` if it is wrong. */
export function requestOf({ seed, faults, seeds, profile }: Words, files: readonly string[]): Request {
  const [file, extra] = files;
  if (file === undefined) throw new UsageError('the scenario file is missing');
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
  if (seed !== undefined && seeds !== undefined) throw new UsageError('--seed and --seeds exclude each other');
  if (faults !== undefined && seed === undefined) throw new UsageError('--faults needs --seed');
  if (seed !== undefined && !/^[^:]+$/.test(seed)) throw new UsageError(`--seed '${seed}' is empty or has a colon`);
  if (faults !== undefined && !/^(none|\d+(,\d+)*)$/.test(faults)) {
    throw new UsageError(`--faults '${faults}' is neither 'none' nor numbers like 1,5`);
  }
  return { file, seed, faults, seeds: seeds === undefined ? undefined : countOf(seeds), profile: profileOf(profile) };
}

/** The replay that a request asks for, with `profile` unless it names one; undefined if it does not ask for a replay. */
export function replayOf({ seed, faults, profile }: Request, usual: Profile = 'rough'): string | undefined {
  if (seed === undefined) return undefined;
  return `${profile ?? usual}:${seed}${faults === undefined ? '' : `:${faults}`}`;
}

/** Whether a module has the exports of a scenario. */
export function isScenarioModule(module: object): module is ScenarioModule {
  if (!('scenario' in module) || typeof module.scenario !== 'function') return false;
  return !('options' in module) || (typeof module.options === 'object' && module.options !== null);
}

function countOf(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= Number.MAX_SAFE_INTEGER) return count;
  throw new UsageError(`--seeds '${text}' is not a whole number of at least 1`);
}

function profileOf(text: string | undefined): Profile | undefined {
  if (text === undefined || text === 'calm' || text === 'rough' || text === 'storm') return text;
  throw new UsageError(`--profile '${text}' is not one of calm, rough and storm`);
}
