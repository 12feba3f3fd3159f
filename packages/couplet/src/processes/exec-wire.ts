import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { Child, ChildSink } from '../seam/processes.ts';
import type { Sink, Wire } from '../seam/wire.ts';

const NAME: SocketName = { family: 'PIPE' };
const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };
const NO_TLS: Cause = { kind: 'tls', code: '', detail: 'TLS over the pipes of a process is not supported' };

/** Receives what the connection wants of its process. */
export interface ExecEvents {
  /** Its input is about to be closed. */
  inputEnds(): void;
  /** The connection lets go of the process, whose output may have ended before. */
  left(outputEnded: boolean): void;
  /** The connection was aborted. */
  aborted(): void;
  /** Runs a task after the present code. */
  defer(task: () => void): void;
}

/**
 * Standard input and output of a process as one wire. It ends with the output: a process that has closed its input may still have
 * something to say, so what is written to it then is thrown away.
 */
export class ExecWire implements Wire {
  readonly local: SocketName = NAME;
  readonly peer: SocketName = NAME;
  readonly copies: boolean;
  /** The sink of the connection. */
  sink: Sink | undefined;
  readonly #child: Child;
  readonly #events: ExecEvents;
  #held = false;
  /** Which wires are closed, or take nothing any more. */
  #inputOver = false;
  #inputClosed = false;
  #outputClosed = false;
  #eof = false;
  /** The connection has closed or aborted it, or its output has broken. */
  #left = false;
  #cause: Cause = DONE;
  #told = false;

  constructor(child: Child, events: ExecEvents) {
    this.#child = child;
    this.#events = events;
    this.copies = child.stdin.copies;
  }

  get unsent(): number | undefined {
    return this.#child.stdin.unsent;
  }

  /** The sinks of the process's wires. */
  sinks(onExited: ChildSink['onExited']): ChildSink {
    const onSecured = (): never => {
      throw new Error('the pipes of a process do not speak TLS');
    };
    const stdin: Sink = {
      onData: () => {},
      onEof: () => {},
      onWritable: () => this.#takeMore(),
      onWriteFailed: () => this.#endInput(),
      onSecured,
      onClosed: () => {
        this.#inputClosed = true;
        this.#endInput();
        this.#settle();
      },
    };
    const stdout: Sink = {
      onData: (chunk) => this.sink?.onData(chunk),
      onEof: () => {
        this.#eof = true;
        this.sink?.onEof();
        this.#settle();
      },
      onWritable: () => {},
      onWriteFailed: () => {},
      onSecured,
      onClosed: (cause) => {
        this.#outputClosed = true;
        if (!(this.#eof || this.#left)) this.#break(cause);
        this.#settle();
      },
    };
    return {
      stdin,
      stdout,
      onExited: (exit) => {
        this.#child.stdin.close();
        onExited(exit);
      },
    };
  }

  write(chunk: Uint8Array): boolean {
    this.#held = !this.#inputOver && !this.#child.stdin.write(chunk);
    return !this.#held;
  }

  end(): void {
    this.#events.inputEnds();
    if (!this.#inputOver) this.#child.stdin.end();
  }

  close(): void {
    if (this.#left) return;
    this.#leave();
    this.#events.left(this.#eof);
  }

  abort(): void {
    if (this.#left) return;
    this.#leave();
    this.#events.aborted();
  }

  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  startTls(): void {
    this.#cause = NO_TLS;
    this.close();
  }

  #leave(): void {
    this.#left = true;
    this.#child.stdin.close();
    this.#child.stdout.close();
    this.#events.defer(() => this.#settle());
  }

  /** The output was closed before its end. */
  #break(cause: Cause): void {
    this.#cause = cause;
    this.close();
  }

  /** The process takes nothing any more. */
  #endInput(): void {
    this.#inputOver = true;
    if (this.#held) this.#takeMore();
  }

  #takeMore(): void {
    this.#held = false;
    this.sink?.onWritable();
  }

  /** Closes the output when both directions have ended, and tells the connection once both are closed. */
  #settle(): void {
    if (this.#told || !this.#inputClosed) return;
    if (!this.#outputClosed) {
      if (this.#eof && !this.#left) this.#child.stdout.close();
      return;
    }
    this.#told = true;
    this.sink?.onClosed(this.#cause);
  }
}
