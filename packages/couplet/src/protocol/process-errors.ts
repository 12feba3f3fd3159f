import type { Signal } from '../seam/surroundings.ts';
import { ConnectError } from './errors.ts';

/** Given to `processExited` and `processEnded` of a process that exited by itself, with the exit code 0. It has no cause. */
export class ProcessDone extends Error {
  override name = 'ProcessDone';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_PROCESS_DONE';
  /** `message` says what happened, in one line. */
  constructor(message = 'the process exited with code 0') {
    super(message);
  }
}

/** Given to `processExited` and `processEnded` of a process that exited with another code than 0, or that a signal ended. It has no cause. */
export class ProcessTerminated extends Error {
  override name = 'ProcessTerminated';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_PROCESS_TERMINATED';
  /** The exit code, 1 to 255; undefined when a signal ended the process. */
  readonly exitCode: number | undefined;
  /** The signal that ended the process, such as `SIGTERM`; undefined when it exited by itself. */
  readonly signal: string | undefined;
  /** `exitCode` and `signal` say how the process ended: one of them is undefined. */
  constructor(exitCode: number | undefined, signal: Signal | undefined) {
    super(signal === undefined ? `the process exited with code ${exitCode}` : `the process was ended by ${signal}`);
    this.exitCode = exitCode;
    this.signal = signal;
  }
}

/**
 * A process could not be started: given to `processEnded`, which is then the only callback, and what `connect` and `open` reject with for
 * an `exec:` endpoint. The cause is a `Cause` with the `code` of the system, such as `ENOENT` (the command, or the folder `cwd`, does not
 * exist), `EACCES` (it cannot be executed) or `EAGAIN` (there are too many processes); the code is empty when the reactor stops, and
 * when the runtime cannot start processes.
 */
export class SpawnError extends ConnectError {
  override name = 'SpawnError';
  override readonly code = 'COUPLET_SPAWN';
}
