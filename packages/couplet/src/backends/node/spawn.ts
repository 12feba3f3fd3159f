import type { ChildProcess, StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
import type { Cause } from '../../seam/cause.ts';
import type { Child, ChildSink, ProcessPlace, SpawnSink } from '../../seam/processes.ts';
import type { Signal } from '../../seam/surroundings.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { causeOfThrown } from './cause.ts';
import { childProcess, os } from './late.ts';
import { InputPipeWire, OutputPipeWire } from './pipe-wire.ts';

export const NO_PIPES: Cause = { kind: 'other', code: '', detail: 'the runtime gave the process no pipes' };

/** Sends a signal to a child; returns false if that has ended, or may not be sent one. */
export type Kill = (child: ChildProcess, signal: number) => boolean;

const killByRuntime: Kill = (child, signal) => child.kill(signal);

/** Starts a child. */
export function spawn(place: ProcessPlace, sink: SpawnSink, kill: Kill = killByRuntime): void {
  const failed = (cause: Cause): void => void setImmediate(() => sink.onFailed(cause));
  let child: ChildProcess;
  try {
    child = start(place);
  } catch (error) {
    failed(causeOfThrown(error));
    return;
  }
  if (child.pid === undefined) {
    child.once('error', (error) => failed(causeOfThrown(error)));
    for (const pipe of [child.stdin, child.stdout, child.stderr]) discard(pipe);
    return;
  }
  const started = childOf(child, child.pid, place.standardError === 'wire', kill);
  if (started === undefined) {
    child.kill('SIGKILL');
    failed(NO_PIPES);
    return;
  }
  // An error that comes later is that of a signal which may not be sent.
  child.on('error', () => {});
  child.once('spawn', () => started.attach(sink.onStarted(started)));
}

function start(place: ProcessPlace): ChildProcess {
  return startWith(place, ['pipe', 'pipe', place.standardError === 'wire' ? 'pipe' : 'inherit']);
}

/** Starts the process of a child, with these for its standard input, output and error. */
export function startWith({ command, args, cwd, env, detached }: ProcessPlace, stdio: StdioOptions): ChildProcess {
  return childProcess().spawn(command, args, {
    detached,
    stdio,
    shell: false,
    windowsHide: true,
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
  });
}

/** Closes a pipe to a process that does not exist. */
function discard(pipe: unknown): void {
  if (pipe instanceof Socket) pipe.on('error', () => {}).destroy();
}

/** A wire to or from a child, which gets its sink when that has started. */
interface ChildWire extends Wire {
  attach(sink: Sink): void;
}

/** The pipes of a child. */
interface ChildPipes {
  readonly stdin: ChildWire;
  readonly stdout: ChildWire;
  readonly stderr: ChildWire | undefined;
}

/** Returns a child with its pipes, which are sockets to the runtime; undefined if one is not. */
function childOf(child: ChildProcess, pid: number, withError: boolean, kill: Kill): NodeChild | undefined {
  const { stdin, stdout, stderr } = child;
  if (!(stdin instanceof Socket && stdout instanceof Socket)) return undefined;
  if (withError && !(stderr instanceof Socket)) return undefined;
  // When a child has ended, the runtime lets those of its streams flow that are paused, and Deno closes its input with each signal.
  Object.assign(child, { stdio: [], stdin: null, stdout: null, stderr: null });
  child.once('exit', () => stdin.destroy());
  const pipes = {
    stdin: new InputPipeWire(stdin),
    stdout: new OutputPipeWire(stdout),
    stderr: withError && stderr instanceof Socket ? new OutputPipeWire(stderr) : undefined,
  };
  return new NodeChild(child, pid, pipes, kill);
}

/** A child that runs. */
export class NodeChild implements Child {
  readonly pid: number;
  readonly stdin: ChildWire;
  readonly stdout: ChildWire;
  readonly stderr: ChildWire | undefined;
  readonly #child: ChildProcess;
  readonly #kill: Kill;
  #released = false;

  constructor(child: ChildProcess, pid: number, { stdin, stdout, stderr }: ChildPipes, kill: Kill = killByRuntime) {
    this.#child = child;
    this.#kill = kill;
    this.pid = pid;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  attach(sink: ChildSink): void {
    this.stdin.attach(sink.stdin);
    this.stdout.attach(sink.stdout);
    if (sink.stderr !== undefined) this.stderr?.attach(sink.stderr);
    this.#child.once('exit', (exitCode, signal) => {
      if (!this.#released) sink.onExited({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
    });
  }

  signal(name: Signal): boolean {
    const number = numberOf(name);
    if (number === undefined) throw new Error(`'${name}' is not a signal of this system, such as 'SIGTERM'`);
    return this.#kill(this.#child, number);
  }

  release(): void {
    this.#released = true;
    this.#child.unref();
  }
}

function numberOf(name: Signal): number | undefined {
  return Object.entries(os().constants.signals).find(([known]) => known === name)?.[1];
}
