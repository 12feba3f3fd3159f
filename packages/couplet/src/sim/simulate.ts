import type { Backend } from '../seam/backend.ts';
import type { ClockFacet } from '../seam/clock.ts';
import { Dice } from '../time/dice.ts';
import { checkWord } from '../values/checks.ts';
import type { Border } from './border.ts';
import { commitOf } from './commit.ts';
import type { InjectedFault } from './fault-injector.ts';
import { FAULTS, type FaultPlan, faultPlanOf, PROFILES, type Profile } from './fault-plan.ts';
import { Recording } from './recording.ts';
import { World } from './world.ts';

/** The first day of 2026. */
const EPOCH_MS = 1_767_225_600_000;
/** How many happenings of one world count as progress; after more the scenario has failed. */
const MOST_HAPPENINGS = 20_000_000;
/** How long a world may take to become quiet at its end, in milliseconds of its time. */
const END_MS = 660_000;
/** How many seeds are played a second time unless set: the first, the last and some between. */
const TWICE = 5;
/** How often a failing run is repeated to find out which faults it needs. */
const SHRINKS = 40;

/** What may make a world differ each time, for a message. */
const SUSPECTS =
  'chance or time from elsewhere than the world (crypto, new Date(), timers, files, sockets), or something that outlives a ' +
  'world (a variable of the module, a cache)';

/** The program of a world: it makes hosts and connections, and checks what comes of them. It may wait for the world's time and network only. */
export type Scenario = (world: World) => void | Promise<void>;

/** Options of `simulate`. */
export interface SimulateOptions {
  /** The seeds to play: how many, counted from 1, or a list of them; 100 unless set. */
  readonly seeds?: number | readonly (number | string)[];
  /** How much goes wrong in the world; `rough` unless set. */
  readonly profile?: Profile;
  /** Replaces members of the fault plan that the profile and the seed made; none unless set. */
  readonly faultPlan?: Partial<FaultPlan>;
  /** How long the scenario may take once the faults are over, in milliseconds of the world's time; 600,000 unless set. */
  readonly patienceMs?: number;
  /** Whether errors that callbacks throw are part of the scenario and do not fail it; false unless set. */
  readonly allowErrors?: boolean;
  /**
   * How many of the seeds are played a second time, to check that the same happens: the first, the last and some between; 5
   * unless set.
   */
  readonly twice?: number;
  /** What wall clocks show at the beginning, in milliseconds since 1970 (UTC); the beginning of 2026 unless set. */
  readonly epochMs?: number;
  /** Called with every line of every trace. */
  readonly trace?: (line: string) => void;
}

/** The result of `simulate`. */
export interface Simulated {
  /** How many seeds were played. */
  readonly seeds: number;
  /** How many things happened in all worlds. */
  readonly happenings: number;
  /** How many milliseconds of their time the worlds lasted together. */
  readonly virtualMs: number;
  /** The hash of the trace of each world, by seed: equal hashes mean that the same happened. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** The parts of the runtime that a run needs. */
export interface Outside extends Pick<Backend, 'clock' | 'surroundings'> {
  /** Guards the ways out of all worlds that this process plays; absent where the runtime cannot tell whose code runs. */
  readonly border?: Border;
}

/**
 * The world of a seed failed. `simulate` rejects with this at the first such seed. The message says what went wrong, and has a
 * line that replays it. The cause is the error of the scenario or of the world.
 */
export class SimulationError extends Error {
  override name = 'SimulationError';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_SIMULATION';
}

/** The settings that all seeds have in common. */
interface SimSetup {
  readonly options: SimulateOptions;
  readonly profile: Profile;
  readonly scenario: Scenario;
  readonly outside: Outside;
}

interface SimRun {
  readonly world: World;
  readonly seed: string;
  /** The numbers of the only faults that might happen; all where undefined. */
  readonly only: ReadonlySet<number> | undefined;
  readonly error: unknown;
}

/** The replay that the environment asks for: `PROFILE:SEED`, and perhaps the faults that may happen: `:1,2,5` or `:none`. */
export function replayIn({ surroundings }: Pick<Outside, 'surroundings'>): string | undefined {
  return surroundings.environment('COUPLET_SIM');
}

/** Plays a scenario with each seed, or only the one to replay. Rejects with a `SimulationError` at the first that fails. */
export async function play(
  options: SimulateOptions,
  scenario: Scenario,
  outside: Outside,
  again: string | undefined = replayIn(outside),
): Promise<Simulated> {
  const replay = again === undefined ? undefined : parseReplay(again);
  const profile = replay?.profile ?? options.profile ?? 'rough';
  checkWord('profile', profile, PROFILES);
  for (const fault of options.faultPlan?.faults ?? []) checkWord('faultPlan.faults', fault, FAULTS);
  const seeds = replay === undefined ? seedsOf(options.seeds ?? 100) : [replay.seed];
  const twice = sampleOf(seeds, options.twice ?? TWICE);
  const part: SimSetup = { options, profile, scenario, outside };
  const hashes = new Map<string, string>();
  let happenings = 0;
  let virtualMs = 0;
  for (const seed of seeds) {
    const recording = twice.has(seed) ? new Recording() : undefined;
    const hear = (line: string): void => {
      recording?.record(line);
      options.trace?.(line);
    };
    const run = await playOnce(part, seed, replay?.only, recording === undefined ? options.trace : hear);
    if (run.error !== undefined) throw await explain(part, run);
    if (recording !== undefined) await repeat(part, run, recording);
    hashes.set(seed, run.world.trace.hash);
    happenings += run.world.schedule.happened;
    virtualMs += run.world.now;
  }
  return { seeds: seeds.length, happenings, virtualMs, hashes };
}

async function playOnce(
  { options, profile, scenario, outside: { clock, border } }: SimSetup,
  seed: string,
  only: ReadonlySet<number> | undefined,
  hear: ((line: string) => void) | undefined,
): Promise<SimRun> {
  const faultPlan = { ...faultPlanOf(profile, new Dice(`${seed}/weather`)), ...options.faultPlan };
  const { allowErrors = false, epochMs = EPOCH_MS, patienceMs = 600_000 } = options;
  const world = new World({ seed, faultPlan, only, allowErrors, epochMs, border });
  world.trace.listener = hear;
  const result = (error: unknown): SimRun => ({ world, seed, only, error: failureOf(world, error) });
  border?.enter();
  try {
    await drive(world, scenario(world), faultPlan.faultsMs + patienceMs, clock);
    await drive(world, world.end(), world.now + END_MS + patienceMs, clock);
    return result(undefined);
  } catch (error) {
    return result(error ?? new Error('the scenario failed without an error'));
  } finally {
    border?.leave();
  }
}

/** Plays a seed that passed once more. Throws a `SimulationError` if its world differs. */
async function repeat(part: SimSetup, run: SimRun, recording: Recording): Promise<void> {
  const again = await playOnce(part, run.seed, run.only, (line) => recording.compare(line));
  if (again.error === undefined && again.world.trace.hash === run.world.trace.hash) return;
  const failed = again.error === undefined ? [] : [`the second time it fails: ${textOf(again.error)}`];
  const lines = ['played twice, it is not the same', ...recording.difference(), ...failed, `suspects: ${SUSPECTS}`];
  const failure = { ...run, error: new Error(lines.join('\n')) };
  throw await report(part, failure, failure, true);
}

/** What was wrong; the world's own faults tell more than what they led to. */
function failureOf(world: World, error: unknown): unknown {
  const [first, ...more] = world.faults;
  if (first === undefined) return error;
  return new Error(more.length === 0 ? first : `${first} (and ${more.length} more)`);
}

/** Lets things happen in a world until that work is done. Rejects when it fails, and when it cannot be done any more. */
function drive(world: World, work: void | Promise<void>, deadlineMs: number, clock: ClockFacet): Promise<void> {
  let done = false;
  const settled = Promise.resolve(work);
  const finish = (): void => {
    done = true;
  };
  settled.then(finish, finish);
  // No promise for each happening: a test runner watches them all, which costs more than what happens.
  return new Promise((resolve, reject) => {
    const next = (): void => {
      if (done) {
        resolve(settled);
        return;
      }
      try {
        step(world, deadlineMs);
      } catch (error) {
        reject(error);
        return;
      }
      clock.yield(next);
    };
    clock.yield(next);
  });
}

/** Lets the next event happen. Throws if the scenario cannot continue. */
function step(world: World, deadlineMs: number): void {
  if (world.faults.length > 0) throw new Error(world.faults[0]);
  if (world.now > deadlineMs)
    throw new Error(`no progress: the scenario is not done after ${Math.round(world.now)} ms`);
  world['~witnesses'].look();
  if (world.schedule.happened > MOST_HAPPENINGS) throw new Error(`no progress in ${MOST_HAPPENINGS} happenings`);
  if (!world.schedule.step()) {
    throw new Error(
      "the scenario waits for something that is not of its world: use the world's time, hosts and network",
    );
  }
}

/** Makes the error of a run that failed: finds out whether it fails again in the same way, and which faults it needs. */
async function explain(part: SimSetup, run: SimRun): Promise<SimulationError> {
  const { seed } = run;
  const repeated = await playOnce(part, seed, run.only, undefined);
  const steady = repeated.world.trace.hash === run.world.trace.hash;
  const again = async (only: ReadonlySet<number>): Promise<SimRun | undefined> => {
    const other = await playOnce(part, seed, only, undefined);
    return other.error !== undefined && kindOf(other.error) === kindOf(run.error) ? other : undefined;
  };
  return report(part, run, await shrink(run, again), steady);
}

/** Makes the error: what went wrong, how to replay it, and the faults that it needs. */
async function report(
  { profile, outside: { surroundings } }: SimSetup,
  run: SimRun,
  smallest: SimRun,
  steady: boolean,
): Promise<SimulationError> {
  const { world, seed } = smallest;
  const [what = '', ...details] = textOf(smallest.error).split('\n');
  const needed = numbersOf(smallest).join(',');
  const replay = `COUPLET_SIM=${profile}:${seed}${smallest === run ? '' : `:${needed || 'none'}`}`;
  const hash = await commitOf(surroundings);
  const commit = hash === '' ? '' : `, commit ${hash}`;
  const lines = [
    `seed ${seed}, profile ${profile}${commit}: ${what}`,
    ...details.filter((line) => line !== '').map((line) => `    ${line}`),
    `  replay it with ${replay} in the environment of the same command`,
    ...(steady ? [] : [`  though played again it is not the same: ${SUSPECTS}`]),
    `  ${shown(world.faultPlan)}`,
    ...world.faultInjector.injected.map(
      (deed: InjectedFault) => `  fault ${deed.number} at ${deed.timeMs.toFixed(3)} ms: ${deed.what}`,
    ),
    ...lastEvents(world, what).map((line) => `  ${line}`),
  ];
  return new SimulationError(lines.join('\n'), { cause: smallest.error });
}

/** Leaves out faults while the failure stays the same: all of them, or halves at first and then one after the other. */
async function shrink(run: SimRun, again: (only: ReadonlySet<number>) => Promise<SimRun | undefined>): Promise<SimRun> {
  if (numbersOf(run).length === 0) return run;
  const calm = await again(new Set());
  if (calm !== undefined) return calm;
  let smallest = run;
  let tries = 0;
  for (let size = Math.ceil(numbersOf(run).length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < numbersOf(smallest).length && tries < SHRINKS; tries += 1) {
      const fewer = numbersOf(smallest).filter((_, place) => place < at || place >= at + size);
      const other = await again(new Set(fewer));
      if (other === undefined) at += size;
      else smallest = other;
    }
  }
  return smallest;
}

function numbersOf({ world }: SimRun): readonly number[] {
  return world.faultInjector.injected.map(({ number }) => number);
}

/** The last events, only those of the connection that the failure names if it names one. */
function lastEvents(world: World, what: string): readonly string[] {
  const { last } = world.trace;
  const id = / on [cs](\d+)\b/.exec(what)?.[1];
  const own = id === undefined ? last : last.filter((line) => new RegExp(`\\b[cs]${id}\\b|fault|FAULT`).test(line));
  return own.slice(-30);
}

/** The fault plan in one line for a person to read. */
function shown({ conditions, faults, faultsMs, everyMs }: FaultPlan): string {
  const network = Object.entries(conditions).map(([name, value]) => `${name} ${value}`);
  return `${network.join(', ')}; for ${faultsMs.toFixed(0)} ms, every ${everyMs} ms: ${faults.join(', ') || 'no faults'}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The part of a failure that stays the same on another connection, at another time, with other bytes. */
function kindOf(error: unknown): string {
  return textOf(error).replaceAll(/\d+/g, '0');
}

/** The first, the last and some seeds between. */
function sampleOf(seeds: readonly string[], count: number): ReadonlySet<string> {
  const most = Math.min(count, seeds.length);
  const gap = most > 1 ? (seeds.length - 1) / (most - 1) : 0;
  return new Set(Array.from({ length: most }, (_, at) => seeds[Math.round(at * gap)] ?? ''));
}

function seedsOf(seeds: number | readonly (number | string)[]): readonly string[] {
  return typeof seeds === 'number' ? Array.from({ length: seeds }, (_, at) => String(at + 1)) : seeds.map(String);
}

/** Reads a replay. Throws a `RangeError` if the text is not one. */
function parseReplay(text: string): { profile: Profile; seed: string; only: ReadonlySet<number> | undefined } {
  const [, profile, seed, faults] = /^(calm|rough|storm):(.+?)(?::(none|[\d,]+))?$/.exec(text) ?? [];
  if ((profile !== 'calm' && profile !== 'rough' && profile !== 'storm') || seed === undefined) {
    throw new RangeError(`COUPLET_SIM '${text}' is not PROFILE:SEED, PROFILE:SEED:FAULT,FAULT or PROFILE:SEED:none`);
  }
  const only = faults === 'none' ? [] : faults?.split(',').map(Number);
  return { profile, seed, only: only && new Set(only) };
}
