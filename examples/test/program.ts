import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';

/** A program that runs during one test. */
export class Program {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exit: Promise<unknown[]>;
  #output = '';
  #errors = '';
  #over = false;
  #wake = () => {};

  constructor(t: TestContext, command: string, ...words: readonly (number | string)[]) {
    this.#process = spawn(command, words.map(String), { stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.#process;
    stdin.on('error', () => {}); // it may end before it has read everything
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#wake();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
      this.#wake();
    });
    this.#exit = once(this.#process, 'close');
    void this.#exit.then(() => {
      this.#over = true;
      this.#wake();
    });
    t.after(() => this.#process.kill('SIGKILL'));
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Its first line on standard output. */
  async line(): Promise<string> {
    const [line] = await this.#match(/^.*(?=\n)/, () => [this.#output]);
    return line;
  }

  /** Waits until it has written that, on standard output or on standard error. */
  says(wanted: RegExp): Promise<RegExpExecArray> {
    return this.#match(wanted, () => [this.#output, this.#errors]);
  }

  type(text: string | Buffer): void {
    this.#process.stdin.write(text);
  }

  /** Ends its standard input. */
  hangUp(): void {
    this.#process.stdin.end();
  }

  /** SIGHUP: read your files again. */
  remind(): void {
    this.signal('SIGHUP');
  }

  terminate(): void {
    this.signal('SIGTERM');
  }

  signal(name: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#process;
    // Deno takes a child that it has sent a signal for one that the signal has ended.
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(pid, name);
  }

  /** Its exit status, once it has ended; the signal when one killed it. */
  async ended(): Promise<unknown> {
    const [status, signal] = await this.#exit;
    return status ?? signal;
  }

  async #match(wanted: RegExp, texts: () => string[]): Promise<RegExpExecArray> {
    for (;;) {
      for (const text of texts()) {
        const match = wanted.exec(text);
        if (match !== null) return match;
      }
      if (this.#over) throw new Error(`it ended without ${wanted}: ${JSON.stringify(this.#output)}, ${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
