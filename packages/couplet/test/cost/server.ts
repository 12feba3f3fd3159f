import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { flags } from 'couplet-test/runtime';
import type { Reading } from './fixtures/readings.ts';

/** Who serves. */
export type Engine = 'couplet' | 'raw';

/**
 * Options under which Node does the same each time: no threads of V8, no optimized code, and a young generation that nothing
 * here fills. What the optimizer would save is counted, too.
 */
export const FIXED: readonly string[] = [
  '--single-threaded',
  '--no-opt',
  '--no-maglev',
  '--no-flush-bytecode',
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
];

/** How the process of a server is started. */
export interface Start {
  /** A command that gets the command line of the program as its arguments. */
  readonly launcher?: readonly string[];
  /** More options for Node. */
  readonly options?: readonly string[];
}

/** A server of the fixtures folder in a process of its own. */
export class Server implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #pid = 0;
  #port = 0;

  /** The server gets nothing of the environment: some of it changes what Node does. */
  private constructor(command: readonly string[]) {
    const [program = '', ...args] = command;
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
    this.#closed = once(this.#process, 'close');
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('the process has no pipe');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when it listens. */
  static async start(engine: Engine, work: string, start: Start = {}): Promise<Server> {
    const { launcher = [], options = [] } = start;
    const program = join(import.meta.dirname, 'fixtures', `${engine}${extname(import.meta.filename)}`);
    const server = new Server([...launcher, process.execPath, ...flags, ...options, program, work]);
    const [pid = 0, port = 0] = (await server.#line()).split(' ').map(Number);
    server.#pid = pid;
    server.#port = port;
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#pid;
  }

  /** Its memory as it is. */
  read(): Promise<Reading> {
    return this.#ask('SIGUSR2');
  }

  /** Its memory after everything has been collected that can be. */
  collect(): Promise<Reading> {
    return this.#ask('SIGWINCH');
  }

  async #ask(signal: NodeJS.Signals): Promise<Reading> {
    process.kill(this.#pid, signal);
    return JSON.parse(await this.#line());
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the server has ended');
    return value;
  }

  /** Ends the server itself, not its launcher, and waits for both. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#pid > 0) process.kill(this.#pid, 'SIGKILL');
    else this.#process.kill();
    await this.#closed;
  }
}
