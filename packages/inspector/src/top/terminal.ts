import process from 'node:process';
import { type Keystroke, keystrokesOf } from './keystroke.ts';
import type { Line, Size } from './screen.ts';

/** The alternate screen without a cursor, and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
/** Signals that end the program: the screen is left before they do. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Within how many milliseconds a process stops that is told to. */
const STOPS_MS = 100;

/** How lines of each kind look: with colours, and without. */
const STYLES: Readonly<Record<Line['kind'], readonly [coloured: string, plain: string]>> = {
  plain: ['', ''],
  title: ['1', '1'],
  heading: ['7', '7'],
  warning: ['1;31', '1'],
  waiting: ['33', ''],
  faint: ['2', '2'],
};

/** The terminal of the process, while it shows a screen and hands on each key. */
export class Terminal {
  readonly #colours: boolean = process.stdout.hasColors();
  readonly #onKey: (key: Keystroke) => void;
  readonly #onResize: () => void;
  #resuming: NodeJS.Timeout | undefined;

  /** It is opened by `open`. `onResize` is called when what it shows has to be painted again. */
  constructor(onKey: (key: Keystroke) => void, onResize: () => void) {
    this.#onKey = onKey;
    this.#onResize = onResize;
  }

  get size(): Size {
    return { width: process.stdout.columns, height: process.stdout.rows };
  }

  /** Takes the screen and the keys. `close` gives them back; the end of the process does, too. */
  open(): void {
    process.on('exit', this.#restore);
    for (const signal of ENDING) process.on(signal, this.#end);
    process.on('SIGCONT', this.#resume);
    process.stdout.on('resize', this.#onResize);
    process.stdin.setEncoding('utf8').on('data', this.#type);
    this.#take();
  }

  close(): void {
    clearTimeout(this.#resuming);
    process.removeListener('exit', this.#restore);
    for (const signal of ENDING) process.removeListener(signal, this.#end);
    process.removeListener('SIGCONT', this.#resume);
    process.stdout.removeListener('resize', this.#onResize);
    process.stdin.removeListener('data', this.#type).pause();
    this.#restore();
  }

  /** Shows these lines, and nothing else. */
  paint(lines: readonly Line[]): void {
    const painted = lines.map(({ text, kind }) => {
      const style = STYLES[kind][this.#colours ? 0 : 1];
      return style === '' ? `${text}\u001b[K` : `\u001b[${style}m${text}\u001b[0m\u001b[K`;
    });
    process.stdout.write(`\u001b[H${painted.join('\r\n')}\u001b[J`);
  }

  /** Stops the process, as Ctrl-Z does, until its shell lets it go on. */
  suspend(): void {
    if (process.platform === 'win32') return;
    this.#restore();
    process.kill(process.pid, 'SIGTSTP');
    // Without a shell that could let it go on it is not stopped.
    this.#resuming = setTimeout(this.#resume, STOPS_MS);
  }

  #take(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(true);
    process.stdout.write(ENTER);
  }

  readonly #restore = (): void => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdout.write(LEAVE);
  };

  readonly #resume = (): void => {
    clearTimeout(this.#resuming);
    this.#take();
    this.#onResize();
  };

  readonly #type = (typed: string): void => {
    for (const key of keystrokesOf(typed)) this.#onKey(key);
  };

  /** A signal ends the process as it does without this, once the screen is left. */
  readonly #end = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };
}
