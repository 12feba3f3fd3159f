import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { Screen } from '../terminal/screen.ts';
import { commandFile, WORDS } from './program.ts';

/** Why programs cannot be run in a terminal here; false if they can. It takes the `script` of util-linux. */
export const NO_TERMINAL: string | false =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true
    ? false
    : 'the script of util-linux is not installed';

/** A program of the package in a terminal of 80 columns. */
export class Terminal {
  readonly screen: Screen = new Screen();
  /** Resolves to its exit status, 128 and the number of the signal if one killed it. */
  readonly ended: Promise<number>;
  /** Everything that it wrote. */
  output = '';
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #watchers: Set<() => void> = new Set();

  /** The environment is that of this process, without what sets colours, and with these variables. */
  constructor(
    t: TestContext,
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    redirection = '',
  ) {
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    const [name = '', ...args] = words;
    const line = [process.execPath, ...WORDS, commandFile(name), ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn(
      'script',
      ['-qfec', `stty cols 80 rows 24; echo $(tty) $$; exec ${line} ${redirection}`, '/dev/null'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...inherited, TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment },
      },
    );
    t.after(() => {
      if (this.#child.exitCode !== null) return;
      this.#child.kill('SIGKILL');
      // A service that outlives its terminal would go on.
      const pid = Number(this.#head[1]);
      if (pid > 0) process.kill(pid, 'SIGKILL');
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.screen.write(text);
      this.#wake();
    });
    this.ended = once(this.#child, 'close').then(([status]) => {
      this.#wake();
      return status ?? -1;
    });
  }

  /** The name of the terminal, and the process in it, which are on the screen first. */
  get #head(): readonly string[] {
    return this.screen.lines[0]?.split(' ') ?? [];
  }

  /** What is on the screen below that. */
  get lines(): readonly string[] {
    return this.screen.lines.slice(1);
  }

  /** Resolves when the screen shows something like that; rejects when the program ends before. */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.screen.text)) {
      if (this.#child.exitCode !== null) throw new Error(`no ${pattern} in '${this.screen.text}'`);
      await new Promise<void>((resolve) => {
        this.#watchers.add(resolve);
      });
    }
  }

  /** Types that. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Makes the terminal narrower or wider. */
  resize(columns: number): void {
    this.screen.resize(columns, false);
    const [device = ''] = this.#head;
    spawnSync('stty', ['-F', device, 'cols', `${columns}`]);
  }

  #wake(): void {
    for (const watch of this.#watchers) watch();
    this.#watchers.clear();
  }
}
