import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import type { Cores } from './machine.ts';
import type { Row, Sample } from './row.ts';
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
  readonly quick: boolean;
  readonly rounds: number | undefined;
}

/**
 * Measures a row: in each round every contender once, one after the other, so that a change of the machine's mood hits
 * all alike. Each measurement has a server of its own. Who fails drops out.
 */
export async function measure(row: Row, entrants: readonly Entrant[], setting: Setting): Promise<Result[]> {
  const able = entrants.filter((entrant) => row.programs.every((program) => entrant.command(program) !== undefined));
  const field = able.map((entrant): { entrant: Entrant; result: Result } => ({
    entrant,
    result: { name: entrant.name, samples: [] },
  }));
  const rounds = setting.rounds ?? (setting.quick ? row.rounds.quick : row.rounds.full);
  for (let round = 0; round < rounds; round += 1) {
    for (const { entrant, result } of field) {
      if (result.failure !== undefined) continue;
      try {
        await using stage = new Playhouse(entrant, setting.compiler, setting.cores, setting.quick);
        result.samples.push(await row.measure(stage));
      } catch (error) {
        result.failure = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return field.map(({ result }) => result);
}
