import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { flags } from 'couplet-test/runtime';

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of the fixtures folder in a process of its own. */
export class Child {
  /** What it wrote to standard output so far, by line. */
  readonly lines: string[] = [];
  /** What it wrote to standard error so far. */
  errors = '';
  readonly ended: Promise<End>;
  readonly #process: ChildProcess;
  #readers: (() => void)[] = [];

  /**
   * A `launcher` is a command that gets the command line of the program as its arguments. Of the descriptors, the program has
   * the first one as its number 3, and so on.
   */
  constructor(
    fixture: string,
    args: readonly string[],
    launcher: readonly string[] = [],
    descriptors: readonly number[] = [],
  ) {
    const program = join(import.meta.dirname, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
    const [command = '', ...rest] = [...launcher, process.execPath, ...flags, program, ...args];
    this.#process = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe', ...descriptors] });
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        resolve({ code, signal });
        this.#changed();
      });
    });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('the process has no pipes');
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#changed();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** True until it has ended. */
  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    // Deno takes a child for ended by the signal that its own method has sent.
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** Resolves with the line of that number, counted from 0. Rejects when the process ends without it. */
  async line(number: number): Promise<string> {
    for (;;) {
      const line = this.lines[number];
      if (line !== undefined) return line;
      if (!this.alive) throw new Error(`it ended with ${this.lines.length} lines: ${this.errors}`);
      await new Promise<void>((resolve) => {
        this.#readers.push(resolve);
      });
    }
  }

  #changed(): void {
    for (const resolve of this.#readers.splice(0)) resolve();
  }
}
