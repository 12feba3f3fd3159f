import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** An example that runs as a program of its own, from the same kind of file as this one: source, or built. */
export class Child {
  readonly #process: ChildProcessByStdio<null, Readable, null>;
  readonly #exit: Promise<unknown[]>;
  #output = '';

  /** The words are its arguments: first the port. */
  constructor(t: TestContext, name: string, ...words: readonly (number | string)[]) {
    const suffix = extname(import.meta.url);
    const file = fileURLToPath(new URL(`../${name}${suffix}`, import.meta.url));
    const flags = suffix === '.ts' ? ['--conditions=couplet-source'] : [];
    this.#process = spawn(process.execPath, [...flags, file, ...words.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#exit = once(this.#process, 'close');
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    t.after(() => this.#process.kill('SIGKILL'));
  }

  get output(): string {
    return this.#output;
  }

  /** Its first line. */
  async line(): Promise<string> {
    while (!this.#output.includes('\n')) {
      const ended = await Promise.race([once(this.#process.stdout, 'data'), this.#exit.then(() => 'ended')]);
      if (ended === 'ended') throw new Error(`it ended after ${JSON.stringify(this.#output)}`);
    }
    return this.#output.slice(0, this.#output.indexOf('\n'));
  }

  terminate(): void {
    this.#process.kill('SIGTERM');
  }

  /** Its exit status, once it has ended; the signal when one killed it. */
  async ended(): Promise<unknown> {
    const [status, signal] = await this.#exit;
    return status ?? signal;
  }
}
