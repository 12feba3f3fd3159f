import type { Launch } from '../supervisor/launch.ts';
import type { ExitStatus } from '../values/exit-status.ts';

/** What the commands do that do not ask a running daemon. */
export interface Actions {
  /**
   * Runs a program until it ends. `again` reads the files of the command line once more, for a reload; it rejects with a `CommandError`.
   */
  run(launch: Launch, again: () => Promise<Launch>): Promise<ExitStatus>;
  /** Does all that `run` does before it binds. */
  check(launch: Launch): Promise<ExitStatus>;
}

/** The process around a command. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths are in. */
  readonly directory: string;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  error(text: string): void;
  readonly actions: Actions;
}

/** Notes how a command ended. */
export type Note = (status: ExitStatus) => void;
