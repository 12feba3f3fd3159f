import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import type { Cores } from './machine.ts';
import type { Pace } from './pace.ts';
import type { Row, Sample, Take } from './row.ts';
import { Playhouse } from './stage.ts';

/** A contender that is here, by the name under which the table shows it. */
export interface Entrant extends Present {
  readonly name: string;
}

/** All samples of one contender in one row, one for each round. */
export interface Result {
  readonly name: string;
  readonly samples: Sample[];
  /** Why it dropped out. */
  failure?: string;
}

/** How a run measures. */
export interface Setting {
  readonly compiler: Compiler;
  readonly cores: Cores | undefined;
  readonly pace: Pace;
  readonly rounds: number | undefined;
  /** After this number of rounds all servers are replaced: two processes of one program differ by percents as long as they live. */
  readonly lifetime: number;
  /** No round begins any more after that many milliseconds of this process. */
  readonly endMs?: number;
}

/** One who takes part in a row. */
interface Part {
  readonly entrant: Entrant;
  readonly result: Result;
  take?: Take;
}

/**
 * Measures a row: all contenders are up at the same time, and in each round one sample is taken of each, in turn, so that what disturbs
 * one disturbs all alike; in every second round in the opposite order. Who fails drops out.
 */
export async function measure(row: Row, entrants: readonly Entrant[], setting: Setting): Promise<Result[]> {
  const able = entrants.filter((entrant) => row.programs.every((program) => entrant.command(program) !== undefined));
  const parts = able.map((entrant): Part => ({ entrant, result: { name: entrant.name, samples: [] } }));
  const rounds = setting.rounds ?? (setting.pace.quick ? row.rounds.quick : row.rounds.full);
  for (let done = 0; done < rounds && !isLate(setting); done += setting.lifetime) {
    await measureSome(row, parts, Math.min(rounds - done, setting.lifetime), setting);
  }
  return parts.map(({ result }) => result);
}

function isLate({ endMs = Number.POSITIVE_INFINITY }: Setting): boolean {
  return performance.now() > endMs;
}

async function measureSome(row: Row, parts: readonly Part[], rounds: number, setting: Setting): Promise<void> {
  const { compiler, pace } = setting;
  await using stages = new AsyncDisposableStack();
  // What takes longer than the run has left is ended.
  const left = (setting.endMs ?? Number.POSITIVE_INFINITY) - performance.now();
  const end = Number.isFinite(left) ? setTimeout(() => void stages.disposeAsync(), left) : undefined;
  stages.defer(() => clearTimeout(end));
  const begin = (part: Part): Promise<void> =>
    attempt(part, setting, async () => {
      part.take = await row.begin(stages.use(new Playhouse(part.entrant, compiler, setting)));
    });
  // At once is quicker, and one after the other each is certain to get warm.
  if (pace.quick) await Promise.all(parts.map(begin));
  else for (const part of parts) await begin(part);
  for (let round = 0; round < rounds && !isLate(setting); round += 1) {
    for (const part of round % 2 === 0 ? parts : parts.toReversed()) {
      await attempt(part, setting, async () => {
        if (part.take !== undefined) part.result.samples.push(await part.take());
      });
    }
  }
}

async function attempt({ result }: Part, setting: Setting, act: () => Promise<void>): Promise<void> {
  if (result.failure !== undefined) return;
  try {
    await act();
  } catch (error) {
    if (isLate(setting)) return;
    result.failure = error instanceof Error ? error.message : String(error);
  }
}
