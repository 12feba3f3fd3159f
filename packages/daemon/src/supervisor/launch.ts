import type { Configuration } from '../configuration/options.ts';
import type { Program } from '../ipc/messages.ts';

/** What a command line says to run, and how. */
export interface Launch {
  readonly program: Program;
  readonly configuration: Configuration;
}
