import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fence } from '../markdown.ts';
import { filled, matches, type Step, stepsOf, type Told } from './session.ts';

/** How long a command may take until it has printed what the page shows. */
const LIMIT_MS = 60_000;
/** How long a command that is told to end may take to do so. */
const ENDING_MS = 10_000;
/** How long a hand takes to Ctrl-C at least: what prints a line and catches the signal right afterwards has that time. */
const HAND_MS = 100;

/** Plays the consoles of a page in a folder: starts the commands as a reader would type them, and compares what they print. */
export class Player implements AsyncDisposable {
  #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #told: Told = new Map();
  readonly #staying: Run[] = [];

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Puts a file where the next command runs. */
  copy(file: string): void {
    copyFileSync(file, join(this.#folder, basename(file)));
  }

  /** Plays a session. Rejects with an `Error` that has the line, what it shows and what was printed, when they differ. */
  async play(fence: Fence): Promise<void> {
    for (const step of stepsOf(fence)) {
      const command = filled(step.command, this.#told);
      const [, folder] = /^cd ([^\s&|;]+)$/.exec(command) ?? [];
      if (folder === undefined) await this.#run(command, step);
      else this.#folder = resolve(this.#folder, folder);
    }
  }

  /** Ends what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#staying.map((run) => run.end()));
  }

  async #run(command: string, { line, stays, printed, interrupted }: Step): Promise<void> {
    const run = new Run(command, this.#folder, this.#env);
    this.#staying.push(run);
    const shows = [...printed, ...(interrupted ?? [])];
    const begun = (): boolean => matches(run.printed, printed, this.#told, false);
    const done = (): boolean => matches(run.printed, shows, this.#told, !stays);
    if (stays || interrupted !== undefined) await run.until(begun);
    if (interrupted !== undefined) {
      await sleep(HAND_MS);
      run.interrupt();
    }
    if (!stays) await run.ended;
    if (done() && !run.late) return;
    const what = run.late ? `it has taken more than ${LIMIT_MS / 1000} s` : 'it prints something else';
    throw new Error(
      `line ${line}: $ ${command}\n${what}. The page shows:\n${shows.join('\n')}\nprinted was:\n${run.printed}`,
    );
  }
}

/** A command that runs, with all that it starts. */
class Run {
  printed = '';
  /** True once its time was over: then it was ended. */
  late = false;
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #limit: NodeJS.Timeout;
  #changed: () => void = () => {};
  #open = true;

  constructor(command: string, cwd: string, env: NodeJS.ProcessEnv) {
    // A group of its own is ended with all that it has started. Both outputs are one, as in a terminal.
    const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.printed += text;
      this.#changed();
    });
    this.#limit = setTimeout(() => {
      this.late = true;
      void this.end();
      this.#changed();
    }, LIMIT_MS);
    this.ended = once(child, 'close').finally(() => {
      this.#open = false;
      clearTimeout(this.#limit);
      this.#changed();
    });
  }

  /** Resolves when that holds, or the command has ended or is late. */
  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((done) => {
      this.#changed = () => {
        if (holds() || this.late || !this.#open) done();
      };
      this.#changed();
    });
    // What stays may take as long as the page.
    clearTimeout(this.#limit);
  }

  /** What Ctrl-C does in a terminal. */
  interrupt(): void {
    this.#signal('SIGINT');
  }

  async end(): Promise<void> {
    if (!this.#open) return;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), ENDING_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.#open) return;
    try {
      process.kill(-pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
}
