import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

/** A program that runs beside a test, and ends with it. */
export class Program {
  /** What it wrote so far, by lines. */
  readonly lines: string[] = [];
  /** Settles to its status, or the signal that ended it, when it has ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  #over = false;
  #waiting: (() => void)[] = [];

  constructor(context: TestContext, [program = '', ...words]: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe'];
    this.#child = spawn(program, words, { stdio, env: { ...process.env, ...environment } });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      let cut = '';
      output?.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${cut}${text}`.split('\n');
        cut = lines.pop() ?? '';
        this.lines.push(...lines);
        this.#changed();
      });
    }
    this.#child.stdin?.on('error', () => {});
    this.ended = once(this.#child, 'close').then(([status, signal]) => {
      this.#over = true;
      this.#changed();
      return status ?? signal;
    });
    context.after(() => this.kill());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for a line like that, of several the one with that number, counted from 1. Rejects if the program ends without. */
  async line(like: RegExp, number = 1): Promise<string> {
    for (;;) {
      const found = this.lines.filter((line) => like.test(line))[number - 1];
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`it ended without ${number} ${like}:\n${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Gives it something to read. */
  write(input: string): void {
    this.#child.stdin?.write(input);
  }

  /** Gives it something to read, and no more. */
  end(input: string): void {
    this.#child.stdin?.end(input);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.ended;
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
