import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program of the system in a process of its own. */
export class Program {
  /** What it wrote so far, to standard output and to standard error. */
  output = '';
  errors = '';
  /** Resolves to its exit status; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #name: string;
  #over = false;
  #waiting: (() => void)[] = [];

  constructor(command: string, args: readonly string[]) {
    this.#name = `${command} ${args.join(' ')}`;
    this.#process = spawn(command, args, { stdio: 'pipe' });
    this.ended = once(this.#process, 'close').then(([code]) => {
      this.#over = true;
      this.#changed();
      return code;
    });
    const { stdin, stdout, stderr } = this.#process;
    // It may leave before it has read everything.
    stdin?.on('error', () => {});
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.#changed();
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
      this.#changed();
    });
  }

  type(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** Ends its standard input. */
  hangUp(): void {
    this.#process.stdin?.end();
  }

  /** Resolves when it has written that to either. Rejects when it ends without. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = what.exec(this.output) ?? what.exec(this.errors);
      if (match !== null) return match;
      if (this.#over) throw new Error(`${this.#name} never said ${what}: ${this.output}${this.errors}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Ends it, and resolves when it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#over) this.#process.kill(signal);
    await this.ended;
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
