import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { TerminalModel } from './model.ts';

/** How a program ended. */
export interface Ending {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The file of the program `couplet-top`. */
export const COMMAND: string = commandFile();

/** Whether this machine has `script`, which gives a program a terminal, as it is on Linux. */
export const HAS_SCRIPT: boolean = process.platform === 'linux' && existsSync('/usr/bin/script');

/** Runs `couplet-top` to its end, without a terminal. */
export async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ending> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { status: code ?? signal, stdout, stderr };
}

/** `couplet-top` on a terminal of its own, of which there is a model. */
export class OnTerminal {
  readonly model: TerminalModel;
  /** All that the terminal was sent. */
  output = '';
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #closed: Promise<unknown>;
  #changed: () => void = () => {};

  /** `before` is what a shell does first on that terminal. */
  constructor(t: TestContext, args: readonly string[], width: number, height: number, before = '') {
    this.model = new TerminalModel(width);
    const command = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(' ');
    const shell = `stty cols ${width} rows ${height}; ${before} ${command}; echo "status $?"; stty -a | grep -o -- "-\\?icanon"`;
    // A terminal of a continuous-integration service has no name, and may be told to have colours or not.
    const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...rest } = process.env;
    this.#child = spawn('/usr/bin/script', ['-qfc', shell, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...rest, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
    this.#closed = once(this.#child, 'close').then(() => this.#changed());
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.model.write(text);
      this.#changed();
    });
    t.after(() => this.#child.kill('SIGKILL'));
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Resolves once the screen is as wanted; rejects when the program ends before. */
  async shows(wanted: (lines: readonly string[]) => boolean): Promise<void> {
    while (!wanted(this.model.lines)) {
      if (this.#child.exitCode !== null) throw new Error(`it has ended: ${JSON.stringify(this.output)}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async ended(): Promise<void> {
    await this.#closed;
  }
}

function commandFile(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'bin/couplet-top.js');
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`no bin/couplet-top.js above ${import.meta.dirname}`);
  }
}
