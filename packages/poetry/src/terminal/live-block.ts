import process from 'node:process';
import type { Clock, DelayedCall } from 'couplet';
import { oneLine } from 'couplet';
import type { SessionEvent } from '../values/session-events.ts';
import { whenInterrupted } from './interruption.ts';
import { linesOf, type Progress } from './live-lines.ts';
import { type Footer, setFooter } from './output.ts';
import { hasColours } from './terminal.ts';

/** How long it takes at least from one drawing to the next. */
const REDRAW_MS = 100;
/** After how long without bytes a task waits. */
const STALL_MS = 1000;
/** Over how long a rate is taken, up to twice as long. */
const RATE_MS = 1000;
/** The room where the stream has not a size of its own. */
const ROOM = { columns: 80, rows: 24 };

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
/** Erases to the end of the line, and of the screen. */
const ERASE_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/** What the block is drawn on. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** How far a task was at a moment. */
interface Mark {
  readonly at: number;
  readonly bytes: number;
}

interface Row {
  readonly task: number;
  readonly address: string;
  readonly expected: number | undefined;
  end: 'done' | 'failed' | undefined;
  bytes: number;
  drawnBytes: number;
  moves: number;
  /** When it was connected, and when bytes came last. */
  began: number;
  latest: number;
  rate: number | undefined;
  /** Where the rate is taken from, and from where next. */
  mark: Mark;
  next: Mark;
}

/**
 * Shows the tasks of a session below the lines that are printed, a line each, at most ten times a second, and nothing any more when all
 * have ended. Between two drawings the cursor stands where the block begins: wherever the terminal moves the lines when its size
 * changes, the next drawing begins there, and erases what is below.
 */
export class LiveBlock implements Footer {
  readonly #screen: Screen;
  readonly #clock: Pick<Clock, 'now' | 'callLater'>;
  readonly #expected: readonly number[] | undefined;
  readonly #rows: Map<number, Row> = new Map();
  #going = 0;
  #open = false;
  #drawn = false;
  #drawnAt: number = Number.NEGATIVE_INFINITY;
  /** The only timer: the next drawing. */
  #next: DelayedCall | undefined;
  #nextAt = 0;
  #forget: () => void = () => {};

  /** `expected` are the lengths of the poems, in the order of the tasks, if they are known. */
  constructor(screen: Screen, clock: Pick<Clock, 'now' | 'callLater'>, expected?: readonly number[]) {
    this.#screen = screen;
    this.#clock = clock;
    this.#expected = expected;
  }

  /** Follows a session from its first event. */
  watch(event: SessionEvent): void {
    if (event.event === 'begun') {
      for (const [at, { task, address }] of event.tasks.entries()) this.#add(task, address, this.#expected?.[at]);
      this.#begin();
    } else if (event.event !== 'ended') {
      const row = this.#rows.get(event.task);
      if (row === undefined) return;
      const now = this.#clock.now();
      if (event.event === 'connected') start(row, now);
      else if (event.event === 'chunk') arrived(row, now, event.bytes);
      else if (event.event !== 'connecting') this.#end(row, now, event.event === 'finished' ? 'done' : 'failed');
    }
    if (this.#open) this.#change();
  }

  lift(): void {
    if (this.#drawn) this.#screen.write(`\r${ERASE_BELOW}`);
    this.#drawn = false;
  }

  lower(): void {
    this.#change();
  }

  /** Leaves a clean screen and a visible cursor. Does nothing the second time. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#next?.cancel();
    this.lift();
    this.#screen.write(SHOW);
    setFooter(undefined);
    this.#screen.off('resize', this.#resized);
    process.off('exit', this.#exit);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#resume);
    this.#forget();
  }

  #add(task: number, address: string, expected: number | undefined): void {
    const mark = { at: 0, bytes: 0 };
    const counts = { bytes: 0, drawnBytes: 0, moves: 0, began: 0, latest: Number.NEGATIVE_INFINITY };
    const row = {
      task,
      address: oneLine(address),
      expected,
      end: undefined,
      rate: undefined,
      mark,
      next: mark,
      ...counts,
    };
    this.#rows.set(task, row);
    this.#going += 1;
  }

  #begin(): void {
    this.#open = true;
    this.#screen.write(HIDE);
    setFooter(this);
    this.#screen.on('resize', this.#resized);
    this.#forget = whenInterrupted(() => this.close());
    process.on('exit', this.#exit);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#resume);
  }

  #end(row: Row, now: number, end: 'done' | 'failed'): void {
    row.end = end;
    row.rate = end === 'done' && now > row.began ? (1000 * row.bytes) / (now - row.began) : undefined;
    this.#going -= 1;
    if (this.#going === 0) this.close();
  }

  readonly #resized = (): void => this.#change();
  readonly #exit = (): void => this.close();

  /** Ctrl-Z: the shell gets its cursor. */
  readonly #suspend = (): void => {
    this.lift();
    this.#screen.write(SHOW);
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #resume = (): void => {
    this.#screen.write(HIDE);
    this.#change();
  };

  /** Something is to be shown, as soon as the last drawing is long enough ago. */
  #change(): void {
    const now = this.#clock.now();
    const due = this.#drawnAt + REDRAW_MS;
    if (due <= now) this.#draw();
    else this.#drawAt(due, now);
  }

  #drawAt(due: number, now: number): void {
    if (this.#next !== undefined && this.#nextAt <= due) return;
    this.#next?.cancel();
    this.#nextAt = due;
    this.#next = this.#clock.callLater(due - now, () => this.#draw());
  }

  #draw(): void {
    this.#next?.cancel();
    this.#next = undefined;
    const now = this.#clock.now();
    this.#drawnAt = now;
    // A terminal that does not know its size says 0.
    const columns = this.#screen.columns || ROOM.columns;
    const rows = this.#screen.rows || ROOM.rows;
    const colours = hasColours(this.#screen);
    const lines = linesOf(
      Array.from(this.#rows.values(), (row) => progressOf(row, now)),
      { columns, rows, colours },
    );
    const up = lines.length === 1 ? '' : `\u001b[${lines.length - 1}A`;
    this.#screen.write(`\r${lines.map((line) => `${line}${ERASE_LINE}`).join('\r\n')}${ERASE_BELOW}\r${up}`);
    this.#drawn = true;
    // What goes on to arrive is drawn by its own events. A task that nothing arrives for is seen to wait.
    const stalls = Array.from(this.#rows.values(), (row) =>
      isReceiving(row, now) ? row.latest + STALL_MS : Number.POSITIVE_INFINITY,
    );
    const stall = Math.min(...stalls);
    if (stall < Number.POSITIVE_INFINITY) this.#drawAt(Math.max(stall, now + REDRAW_MS), now);
  }
}

function start(row: Row, now: number): void {
  row.began = now;
  row.mark = { at: now, bytes: row.bytes };
  row.next = row.mark;
}

function arrived(row: Row, now: number, bytes: number): void {
  row.bytes += bytes;
  row.latest = now;
}

function isReceiving({ end, latest }: Row, now: number): boolean {
  return end === undefined && now - latest < STALL_MS;
}

/** What is shown of a task at that moment. */
function progressOf(row: Row, now: number): Progress {
  const { task, address, expected, bytes } = row;
  if (row.bytes > row.drawnBytes) row.moves += 1;
  row.drawnBytes = row.bytes;
  const receiving = isReceiving(row, now);
  if (receiving) row.rate = rateOf(row, now);
  else if (row.end === undefined) row.rate = undefined;
  const standing = row.end ?? (receiving ? 'receiving' : 'waiting');
  return { task, address, expected, bytes, moves: row.moves, standing, rate: row.rate };
}

/** The bytes per second since the mark; undefined if that is not long enough ago to tell. */
function rateOf(row: Row, now: number): number | undefined {
  if (now - row.next.at >= RATE_MS) {
    row.mark = row.next;
    row.next = { at: now, bytes: row.bytes };
  }
  const ms = now - row.mark.at;
  return ms < REDRAW_MS ? undefined : (1000 * (row.bytes - row.mark.bytes)) / ms;
}
