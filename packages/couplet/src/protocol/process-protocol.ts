import type { ProcessDone, ProcessTerminated } from './process-errors.ts';
import type { ProcessTransport } from './process-transport.ts';
import type { Result } from './protocol.ts';

/**
 * The behaviour of this side towards one child process: extend it, override the callbacks that you need, and pass an instance to
 * `reactor.spawnProcess`.
 *
 * Callbacks never run inside one another, and never inside a call on the transport. A callback may return a promise: output and error
 * output of the process are not read while it is pending, and their ends wait for it. If a callback throws, or its promise rejects, the
 * error is reported to the observers, the process is killed, and `processEnded` gets that error.
 */
export class ProcessProtocol {
  /** This side of the process. `spawnProcess` sets it before it returns. */
  declare transport: ProcessTransport;

  /** Called when the process runs: first, and once. `pid` of the transport is known. */
  connectionMade(): Result {}

  /** Called for output of the process (its descriptor 1), cut anywhere. The chunk belongs to the protocol. */
  outReceived(_data: Buffer): Result {}

  /** Called for error output of the process (its descriptor 2), cut anywhere. The chunk belongs to the protocol. */
  errReceived(_data: Buffer): Result {}

  /**
   * Called once when nothing can be written to the standard input of the process any more: `closeStdin` has closed it, the process has
   * closed it or ended, or this side has let go of it. That the process closed it shows only when something is written.
   */
  inConnectionLost(): Result {}

  /** Called once when the output of the process has ended: every process that had it open has closed it, or this side has. */
  outConnectionLost(): Result {}

  /** Called once when the error output of the process has ended, in the same way. */
  errConnectionLost(): Result {}

  /**
   * Called once when the process has ended, also while a promise of another callback is pending. Output that it had written may still
   * follow. Not called for a `detached` process that lives on when the reactor has ended.
   */
  processExited(_reason: ProcessDone | ProcessTerminated): Result {}

  /**
   * Called last, and once: the process has ended, and so have its input, output and error output. The reason is that of
   * `processExited`, or an error that a callback threw, a `SpawnError` when the process could not be started (then nothing else was
   * called), a `ConnectionAborted` when more than `maxWriteBufferBytes` were queued, or a `ReactorStopped` for a `detached` process that
   * lives on.
   */
  processEnded(_reason: Error): Result {}
}
