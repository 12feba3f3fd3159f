import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../configuration/configuration.ts';
import type { CommandLine } from '../configuration/sources.ts';
import type { Program } from '../ipc/messages.ts';
import type { Launch } from '../supervisor/launch.ts';
import type { Surroundings } from './surroundings.ts';
import { listOf, textOf, wordsOf } from './words.ts';

/** Returns what reads the configuration, and makes the program: at the start, and again at each reload. */
export function launcher(
  given: CommandLine,
  programOf: () => Promise<Program>,
  command: Command,
  { environment, directory }: Surroundings,
): () => Promise<Launch> {
  const file = textOf(wordsOf(command), 'config') ?? textOf(environment, 'COUPLETD_CONFIG');
  const set = listOf(wordsOf(command), 'set');
  return async () => {
    const program = await programOf();
    const configuration = await readConfiguration({
      commandLine: given,
      set,
      environment,
      file,
      directory: resolve(directory),
    });
    return { program, configuration };
  };
}
