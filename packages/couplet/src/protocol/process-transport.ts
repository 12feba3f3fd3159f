import type { Signal } from '../seam/surroundings.ts';
import type { Clock } from '../time/clock.ts';
import type { Consumer, Producer } from './producer.ts';

/**
 * This side of a child process. As a consumer it is the standard input of the process, as a producer its output and error output. Its
 * methods do not call the protocol back before they return; those that are called before the process runs take effect when it does.
 */
export interface ProcessTransport extends Consumer, Producer {
  /** The clock of the reactor that owns the process. */
  readonly clock: Clock;
  /** The id of the process; undefined until it runs, and if it could not be started. */
  readonly pid: number | undefined;
  /** True from `pauseProducing` to `resumeProducing`. */
  readonly paused: boolean;
  /**
   * Queues data for the standard input of the process. A string is encoded in UTF-8. Bytes are not copied, and must not change until
   * they are sent. What is written in one synchronous run leaves together.
   *
   * Returns false if more than 64 KiB are queued: a streaming producer is told to pause then, at the latest when the process runs. Without
   * a producer it also returns false while the process does not run yet: await `drained`. Never blocks. Once the input is closed it does
   * nothing and returns false. Throws a `TypeError` for anything else than bytes or a string.
   */
  write(data: Uint8Array | string): boolean;
  /** Queues several pieces of data, one after the other. Returns false and throws as `write` does; the pieces before one that is wrong are queued. */
  writeSequence(data: Iterable<Uint8Array | string>): boolean;
  /**
   * Resolves to true when there is room to write again: at once unless more than 64 KiB were queued. Resolves to false once nothing can be
   * written any more. Never rejects.
   */
  drained(): Promise<boolean>;
  /** Closes the standard input of the process after everything written; a registered producer finishes before. A second call does nothing. */
  closeStdin(): void;
  /**
   * Sends the process a signal, such as `SIGTERM`. Returns false when it has ended, or could not be started. Throws an `Error` for a
   * signal that the system does not have; before the process runs this is not known yet: then that is reported, and the process is killed.
   */
  signalProcess(signal: Signal): boolean;
  /**
   * Lets go of the process in order: closes its input after everything written, and its output and error output at once, so that nothing
   * is received any more. The process usually ends then; it is not killed. A second call does nothing.
   */
  loseConnection(): void;
  /** Stops calls of `outReceived` and `errReceived` at once. What the process writes waits, first here and then in its pipes, and then it waits too. */
  pauseProducing(): void;
  /** Lets `outReceived` and `errReceived` be called again, later. */
  resumeProducing(): void;
  /** Lets go of the process as `loseConnection` does. Called by the consumer of its output when that is gone. */
  stopProducing(): void;
}
