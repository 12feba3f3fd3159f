import type { Signal } from '../seam/surroundings.ts';

/**
 * A command of a simulated host: what a process does that a reactor of that host starts. It runs until it returns, or until its promise
 * resolves, with the exit code, 0 to 255; 0 if that is undefined. One that throws, or returns anything else, exits with the code 1. It has
 * to wait for nothing but what it is given and the world's time.
 */
export type Command = (process: CommandProcess) => number | void | Promise<number | void>;

/** The standard input of a simulated process. It can be iterated over, up to its end. */
export interface CommandInput extends AsyncIterable<Buffer> {
  /** Resolves to the next bytes, cut where the network of the world cuts them; to undefined at the end. */
  read(): Promise<Buffer | undefined>;
  /** Closes it: what is written to it from now on is refused. */
  close(): void;
}

/** The output, or error output, of a simulated process. */
export interface CommandOutput {
  /** Writes all of it. Resolves to true when there is room for more, to false when its reader is gone or it was closed. */
  write(data: Uint8Array | string): Promise<boolean>;
  /** Closes it: its reader gets the end behind everything written, unless another process has it open. */
  close(): void;
}

/** A process that runs a command on a simulated host. Once it has ended none of its promises settles. */
export interface CommandProcess {
  /** Its id. */
  readonly pid: number;
  /** The command by which it was started. */
  readonly command: string;
  /** Its arguments, without the command. */
  readonly args: readonly string[];
  /** Its environment: that which was given, or an empty one. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder that it begins in: that which was given, or `/`. */
  readonly cwd: string;
  /** Its standard input. */
  readonly stdin: CommandInput;
  /** Its output. */
  readonly stdout: CommandOutput;
  /** Its error output. Where that is inherited, its lines are `complaints` of the process that started it. */
  readonly stderr: CommandOutput;
  /** Resolves after that many milliseconds of the world's time. */
  sleep(ms: number): Promise<void>;
  /**
   * Calls `caught` for each signal of that name, in place of what the signal does by itself: most end the process. SIGKILL cannot be
   * caught. Throws a `TypeError` if `caught` is not a function.
   */
  catchSignal(name: Signal, caught: () => void): void;
  /** Ends it with that exit code, 0 unless set. Throws a `RangeError` or `TypeError` unless it is a whole number from 0 to 255. */
  exit(exitCode?: number): void;
  /** Starts a further process, which has the same input and outputs open, and lives on when this one has ended. Returns its id. Throws a `TypeError` if `command` is not a function. */
  fork(command: Command): number;
}
