import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { flags } from 'couplet-test/runtime';

/** What the runtime is told before the file of a program: not where packages come from, as the programs are what is built. */
export const WORDS: readonly string[] = flags.filter((flag) => !flag.startsWith('--conditions='));

/** How a program ended. */
export interface Ending {
  /** The exit status, or the signal that killed it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the package's programs, or `coupletd`, in a process of its own, as its command starts it. */
export class Program {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ending>;
  #stdout = '';
  #stderr = '';
  readonly #watchers: Set<() => void> = new Set();

  /** Its standard input is what is given, and then ends. */
  constructor(name: string, args: readonly string[], input = '') {
    this.child = spawn(process.execPath, [...WORDS, commandFile(name), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    // It need not read it.
    this.child.stdin.on('error', () => {}).end(input);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      for (const watch of this.#watchers) watch();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      for (const watch of this.#watchers) watch();
    });
    this.ended = once(this.child, 'close').then(([status, signal]) => {
      for (const watch of this.#watchers) watch();
      return { status: status ?? signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Resolves to the match as soon as its standard output has one; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#has(pattern, () => this.#stdout);
  }

  /** The same of its standard error. */
  complained(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#has(pattern, () => this.#stderr);
  }

  async #has(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(text());
      if (match !== null) return match;
      if (this.child.exitCode !== null) throw new Error(`no ${pattern} in '${text()}', but '${this.#stderr}'`);
      await new Promise<void>((resolve) => {
        const watch = (): void => {
          this.#watchers.delete(watch);
          resolve();
        };
        this.#watchers.add(watch);
      });
    }
  }

  /** Ends it with two signals: the second one ends the drain that the first one began. */
  async killTwice(signal: NodeJS.Signals): Promise<Ending> {
    this.signal(signal);
    // One that comes sooner counts as a copy of the first.
    await setTimeout(300);
    return this.kill(signal);
  }

  /** Ends it with a signal. */
  async kill(signal: NodeJS.Signals): Promise<Ending> {
    this.signal(signal);
    return this.ended;
  }

  /** Sends it a signal, if it has not ended. */
  signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.child;
    // Deno takes a child that it has sent a signal for one that the signal has ended.
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(pid, signal);
  }
}

/** Starts a program that is killed when the test is over. */
export function start(t: TestContext, name: string, ...args: readonly string[]): Program {
  const program = new Program(name, args);
  t.after(() => program.kill('SIGKILL'));
  return program;
}

/** Runs a program to its end. */
export function run(name: string, ...args: readonly string[]): Promise<Ending> {
  return new Program(name, args).ended;
}

/** The long options that the help of a program lists. */
export async function optionsOf(name: string): Promise<readonly string[]> {
  const { stdout } = await run(name, '--help');
  return Array.from(stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm), ([, option = '']) => option);
}

/** Runs a program to its end, with that as its standard input. */
export function pipe(input: string, name: string, ...args: readonly string[]): Promise<Ending> {
  return new Program(name, args, input).ended;
}

/** A server that is there. */
export interface Server {
  readonly program: Program;
  readonly port: number;
}

/** Starts slowpoetry or fastpoetry, and waits until it listens. */
export async function serve(t: TestContext, name: string, ...args: readonly string[]): Promise<Server> {
  const program = start(t, name, ...args);
  const [, port] = await program.printed(/^Serving .*\bport[ =](\d+)\)?\.$/m);
  return { program, port: Number(port) };
}

/** The file that the command of that name runs. */
export function commandFile(name: string): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const files = [join(folder, 'bin', `${name}.js`), join(folder, 'node_modules/.bin', name)];
    const found = files.find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) throw new Error(`no bin/${name}.js above ${import.meta.dirname}`);
  }
}
