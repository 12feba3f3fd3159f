import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { run } from '../run.ts';

/** The folder of the package. */
export const FOLDER = ((): string => {
  for (let folder = import.meta.dirname; ; folder = dirname(folder))
    if (existsSync(join(folder, 'bin', 'coupletd.js'))) return folder;
})();

/** What runs `coupletd`: from the sources if this test is one, else what is published. */
export const COMMAND: readonly [string, ...string[]] =
  extname(import.meta.filename) === '.ts'
    ? [process.execPath, '--conditions=couplet-source', join(FOLDER, 'src', 'entry', 'command.ts')]
    : [process.execPath, join(FOLDER, 'bin', 'coupletd.js')];

/** A line of the log. */
export interface Line {
  readonly event?: string;
  readonly level: string;
  readonly pid: number;
  readonly worker?: number;
  readonly slot?: number;
  readonly generation?: number;
  readonly host?: string;
  readonly [field: string]: unknown;
}

/** How a daemon ended. */
export interface Ended {
  /** The exit status, or the signal that killed it. */
  readonly status: number | NodeJS.Signals;
  readonly errors: string;
}

/** How a daemon is started. */
export interface DaemonOptions {
  readonly words: readonly string[];
  /** The working directory. */
  readonly folder: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** A command that gets the command line as its arguments. */
  readonly launcher?: readonly string[];
  /** Whether it has a process group of its own. */
  readonly group?: boolean;
}

/** A `coupletd` in a process of its own, whose log in JSON comes by its standard output. */
export class Daemon {
  /** The lines of its log so far. */
  readonly lines: Line[] = [];
  /** Settles once it and all its workers have ended. */
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #folder: string;
  #errors = '';
  #over = false;
  #waiting: (() => void)[] = [];

  constructor({ words, folder, environment = {}, launcher = [], group = false }: DaemonOptions) {
    this.#folder = folder;
    const [program = '', ...rest] = [...launcher, ...COMMAND, ...words];
    this.#process = spawn(program, rest, {
      cwd: folder,
      env: { ...process.env, PWD: folder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: group,
    });
    const { stdout, stderr } = this.#process;
    let cut = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${cut}${text}`.split('\n');
      cut = lines.pop() ?? '';
      for (const line of lines) this.lines.push(JSON.parse(line));
      this.#changed();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
      this.#changed();
    });
    this.ended = once(this.#process, 'close').then(([status, signal]) => {
      this.#over = true;
      this.#changed();
      return { status: status ?? signal, errors: this.#errors };
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** What it wrote to standard error so far. */
  get errors(): string {
    return this.#errors;
  }

  /** The numbers of the workers that have not ended. */
  get workers(): readonly number[] {
    const gone = new Set(this.all('worker.ended').map(({ worker }) => worker));
    return this.all('worker.started').flatMap(({ worker = 0 }) => (gone.has(worker) ? [] : [worker]));
  }

  /** All lines so far of an event. */
  all(event: string): readonly Line[] {
    return this.lines.filter((line) => line.event === event);
  }

  /** The line of that event which has these fields; of several the one with that number, counted from 1. Rejects if it ends without. */
  async event(event: string, fields: Readonly<Record<string, unknown>> = {}, number = 1): Promise<Line> {
    const wanted = Object.entries(fields);
    for (;;) {
      const line = this.all(event).filter((one) => wanted.every(([name, value]) => one[name] === value))[number - 1];
      if (line !== undefined) return line;
      if (this.#over)
        throw new Error(
          `it ended without ${number} ${event} ${JSON.stringify(fields)}: ${this.#errors}\n${this.#told}`,
        );
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Waits until it has written such a line to standard error. Rejects if it ends without. */
  async complaint(pattern: RegExp): Promise<string> {
    for (;;) {
      const [line] = pattern.exec(this.#errors) ?? [];
      if (line !== undefined) return line;
      if (this.#over) throw new Error(`it ended without ${pattern} on standard error: ${this.#errors}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Waits until it serves. Returns where its service `talk` listens, or that one. */
  async ready(service = 'talk'): Promise<number> {
    await this.event('daemon.ready');
    const { host } = await this.event('listening', { service });
    return Number(`${host}`.replace(/.*:/, ''));
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Runs `coupletd` with these words to its end, with the control socket of this daemon. */
  async ask(...words: readonly string[]): Promise<{ status: number | null; output: string; errors: string }> {
    return run([...COMMAND, ...words, '--control', join(this.#folder, 'control.sock')]);
  }

  /** Ends it and its workers, if they have not ended. */
  async kill(): Promise<void> {
    if (this.#over) return;
    for (const pid of [this.pid, ...this.workers]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await this.ended;
  }

  get #told(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n');
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
