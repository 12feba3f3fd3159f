import type { Configuration } from '../configuration/options.ts';
import type { ApplicationDescription, Program, ProgramOrder } from '../ipc/messages.ts';
import type { ChildCommand } from './runtime.ts';

/** What a command line says to run, and how. */
export interface Launch {
  readonly program: Program;
  readonly configuration: Configuration;
}

/** The same with the application as it is on disk now. */
export interface Loaded {
  readonly description: ApplicationDescription;
  readonly configuration: Configuration;
  /** What is sent to a worker that runs it. */
  readonly program: Pick<ProgramOrder, 'program' | 'settings'>;
  /** What a worker is started with. */
  readonly command: ChildCommand;
}
