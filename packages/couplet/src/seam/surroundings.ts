import type { Cause } from './cause.ts';

/** A signal by its name in C; which ones exist depends on the system. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2' | 'SIGWINCH' | (string & {});

/** The process around the engine, and its system. */
export interface Surroundings {
  /** The id of the process. */
  readonly pid: number;
  /** Returns a variable of the process's environment; undefined when it is not set. */
  environment(name: string): string | undefined;
  /** Resolves to the whole of a file, whose bytes are the caller's, or to the cause why it cannot be read. It never rejects. */
  readFile(path: string): Promise<Buffer | Cause>;
  /**
   * Calls `caught` for each signal of those names, in place of the system's default, until the returned function is called.
   * Several may catch the same one. It does not keep the process alive. Throws an `Error` if a signal cannot be caught.
   */
  catchSignals(names: readonly Signal[], caught: (name: Signal) => void): () => void;
  /** Writes `line` to standard error, or `lines`, easier to read, where that is a terminal. May throw when it is gone. */
  warn(line: string, lines?: readonly string[]): void;
  /** Returns the channel of that name, by which tools of the runtime are told of events; undefined where it has none. */
  channel?(name: string): { readonly hasSubscribers: boolean; publish(message: object): void };
  /** Lets the process end while its channel to the process that started it is open. Does nothing without one. */
  releaseIPC?(): void;
}
