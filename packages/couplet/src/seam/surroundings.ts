import type { Cause } from './cause.ts';

/** A signal by its name in C; which of them there are is up to the system. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2' | 'SIGWINCH' | (string & {});

/** The process around the engine, and its system. */
export interface Surroundings {
  /** The number of the process. */
  readonly pid: number;
  /** A variable of the process's environment; undefined when it is not set. */
  environment(name: string): string | undefined;
  /** The whole of a file, whose bytes are the caller's, or the cause why it cannot be read. It never rejects. */
  readFile(path: string): Promise<Buffer | Cause>;
  /**
   * Calls `caught` for each signal of those names, in place of what the system does with it, until the returned function is
   * called. Several may catch the same one. It does not keep the process alive. Throws an `Error` for a signal that cannot be
   * caught.
   */
  catchSignals(names: readonly Signal[], caught: (name: Signal) => void): () => void;
  /**
   * Writes a line to standard error; where that is a terminal the `lines` in place of it, which are easier to read. May throw
   * when standard error is gone.
   */
  warn(line: string, lines?: readonly string[]): void;
}
