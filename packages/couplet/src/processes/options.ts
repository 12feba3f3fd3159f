import { boundsOf } from '../protocol/options.ts';
import type { ProcessPlace } from '../seam/processes.ts';
import { checkAtLeast, checkFlag, checkText, described, hasMethods, isClass, nameOf } from '../values/checks.ts';
import type { SpawnTerms } from './spawned-process.ts';

/** Options of every way to start a process. */
export interface ProcessOptions {
  /** The folder that the process begins in; that of this process unless set. A relative path of a command begins there, too. */
  readonly cwd?: string;
  /** The whole environment of the process; that of this process unless set. Commands are looked for in the folders of its `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Options of `Reactor.spawnProcess`. */
export interface SpawnOptions extends ProcessOptions {
  /**
   * Whether the process lives on when the reactor ends; false unless set. It begins a session of its own (setsid(2)), so that the keys of
   * a terminal do not reach it, and when the reactor ends its pipes are closed, it gets no signal, and `processEnded` gets a
   * `ReactorStopped`.
   */
  readonly detached?: boolean;
  /**
   * How long the output and error output may stay open once the process has ended, in milliseconds, at least 0; 5,000 unless set. A
   * process that it started may still have them open; they are closed then. Time in which they are not read does not count.
   */
  readonly pipeTimeoutMs?: number;
  /**
   * The most bytes that may be queued for the standard input while the process does not read, at least 0. With more the process is
   * killed, and `processEnded` gets a `ConnectionAborted`. No bound unless set.
   */
  readonly maxWriteBufferBytes?: number;
}

const PROTOCOL = ['connectionMade', 'outReceived', 'errReceived', 'processExited', 'processEnded'];

/** Throws a `TypeError` that says what to write instead, unless the value is a protocol of processes. */
export function checkProcessProtocol(value: unknown): void {
  if (typeof value === 'object' && hasMethods(value, PROTOCOL)) return;
  const instead = isClass(value) ? `: write new ${nameOf(value) ?? 'Counter'}()` : '';
  throw new TypeError(`protocol is ${described(value)}, not a ProcessProtocol${instead}`);
}

/**
 * Returns what the backend has to know of a process. Throws a `TypeError` for an argument of the wrong type, and a `RangeError` for a
 * text that no process can be given.
 */
export function placeFor(
  command: string,
  args: readonly string[],
  { cwd, env }: ProcessOptions,
): Omit<ProcessPlace, 'detached' | 'standardError'> {
  checkPart('command', command, 'cat');
  if (command === '') throw new RangeError("command is empty, not a command such as 'cat'");
  if (!Array.isArray(args)) throw new TypeError(`args is ${described(args)}, not an array such as ['-l']`);
  for (const [at, arg] of args.entries()) checkPart(`args[${at}]`, arg, '-l');
  if (cwd !== undefined) checkPart('cwd', cwd, '/tmp');
  if (env !== undefined) checkEnvironment(env);
  return { command, args: [...args], cwd, env: env && { ...env } };
}

/** Fills in the defaults. Throws a `RangeError` or `TypeError` that names an option which is wrong. */
export function termsFor(command: string, options: SpawnOptions): SpawnTerms {
  const { detached = false, pipeTimeoutMs = 5000, maxWriteBufferBytes } = options;
  checkFlag('detached', detached);
  checkAtLeast('pipeTimeoutMs', pipeTimeoutMs, 0);
  const bounds = boundsOf(maxWriteBufferBytes === undefined ? {} : { maxWriteBufferBytes });
  return { command, detached, pipeTimeoutMs, bounds };
}

function checkEnvironment(env: unknown): void {
  if (typeof env !== 'object' || env === null || Array.isArray(env))
    throw new TypeError(`env is ${described(env)}, not an object such as { PATH: '/usr/bin' }`);
  for (const [name, value] of Object.entries(env)) {
    checkPart(`env.${name}`, value, '/usr/bin');
    if (name === '' || /[=\0]/.test(name))
      throw new RangeError(`env has ${described(name)}, which cannot be the name of a variable`);
  }
}

function checkPart(name: string, value: unknown, example: string): void {
  checkText(name, value, example);
  if (typeof value === 'string' && value.includes('\0'))
    throw new RangeError(`${name} is ${described(value)}: it contains a NUL byte`);
}
