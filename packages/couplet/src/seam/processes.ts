import type { Cause } from './cause.ts';
import type { Signal } from './surroundings.ts';
import type { Sink, Wire } from './wire.ts';

/** What to start, and with what. No shell is ever involved. Texts have no NUL byte. */
export interface ProcessPlace {
  /** The program: a path, or a name that is looked for in the folders of `PATH`. */
  readonly command: string;
  /** Its arguments, without the command. */
  readonly args: readonly string[];
  /** The folder that it begins in; that of this process where undefined. */
  readonly cwd: string | undefined;
  /** Its environment; that of this process where undefined. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** Whether it begins a session of its own (setsid(2)), which no terminal of this process interrupts. */
  readonly detached: boolean;
  /** Whether its standard error is a wire, or that of this process. */
  readonly standardError: 'wire' | 'inherited';
}

/** How a process has ended: with an exit code, or by a signal. */
export interface ProcessExit {
  /** What it passed to exit(3), 0 to 255; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** The signal that ended it; undefined when it exited by itself. */
  readonly signal: Signal | undefined;
}

/** A child process. Each of its wires has one direction, has no address, and does not speak TLS. */
export interface Child {
  /** Its id. */
  readonly pid: number;
  /** Takes what it reads: `end` closes it, and `onClosed` follows. Its sink is never told of input. */
  readonly stdin: Wire;
  /** Passes on its output. Nothing is written to it; `close` and `abort` are the same. */
  readonly stdout: Wire;
  /** Passes on its error output, in the same way; undefined where that is inherited. */
  readonly stderr: Wire | undefined;
  /** Sends it a signal. Returns false when it has ended. Throws an `Error` for a signal that the system does not have. */
  signal(name: Signal): boolean;
  /** Lets go of it: it lives on, is not waited for, and its end is not told. Its wires have to be closed apart from that. */
  release(): void;
}

/** Receives the events of a child: those of its wires, and its end. Each comes from the event loop. */
export interface ChildSink {
  /** The sink of its standard input. */
  readonly stdin: Sink;
  /** The sink of its output. */
  readonly stdout: Sink;
  /** The sink of its error output, where that is a wire. */
  readonly stderr?: Sink;
  /** It has ended, and the system has forgotten it. Once; its output may go on, while a process that it started has that open. */
  onExited(exit: ProcessExit): void;
}

/** Receives the outcome of a start: one of the two is called, once, after the call that began it. */
export interface SpawnSink {
  /** It runs. Returns its sink. */
  onStarted(child: Child): ChildSink;
  /** It could not be started, for this reason. */
  onFailed(cause: Cause): void;
}

/** Child processes. */
export interface Processes {
  /** Starts a child with pipes for its standard input, output and error. It keeps this process alive until it ends or is released. */
  spawn(place: ProcessPlace, sink: SpawnSink): void;
}
