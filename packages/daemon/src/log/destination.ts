import type { Clock, DelayedCall } from 'couplet';
import { codeOf, messageOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { LineQueue } from './line-queue.ts';
import { openDescriptor, openFile, standardDescriptor } from './open-sink.ts';
import type { Sink } from './sink.ts';

/** After an error of a file: until the next write is tried. */
const RETRY_MS = 1000;
/** How long the end waits for what is queued. */
const END_MS = 400;
/** How long `endNow` sleeps between two looks at a full pipe. */
const LOOK_MS = 5;
const NEWLINE = Buffer.from('\n');

/** Lines that were dropped, one after another. */
export interface Gap {
  readonly lines: number;
  /** When the first of them was dropped, in milliseconds since 1970 (UTC). */
  readonly since: number;
}

/** Options of `openDestination`. */
export interface DestinationOptions {
  /** A path, made with mode 0640 if it is not there; unless set, `descriptor` is written to. `/dev/stderr` and its like are descriptors. */
  readonly file?: string;
  /** An open descriptor; 1, standard output, unless set. */
  readonly descriptor?: number;
  /** How many bytes may wait; what does not fit is dropped and counted. A line that is longer never fits. */
  readonly queueBytes: number;
  /**
   * Whether other processes append to the same file. Then a line that a full disk has cut is ended with a newline and written once more
   * when there is space, and after an error an empty line may come first; otherwise the rest is written. False unless set.
   */
  readonly shared?: boolean;
  readonly clock: Clock;
}

/**
 * Opens what lines are written to. Throws a `CommandError` with the status `EXIT.cannotCreate` if a file cannot be opened, or the
 * descriptor is not open.
 */
export function openDestination({ file, descriptor = 1, ...options }: DestinationOptions): Destination {
  const standard = file === undefined ? descriptor : standardDescriptor(file);
  const open = standard === undefined && file !== undefined ? () => openFile(file) : undefined;
  try {
    return new Destination(open?.() ?? openDescriptor(standard ?? descriptor), open, options);
  } catch (error) {
    const name = file ?? `descriptor ${descriptor}`;
    throw new CommandError(`the log ${name} cannot be written: ${messageOf(error)}`, EXIT.cannotCreate, {
      cause: error,
    });
  }
}

/**
 * What lines are written to: they wait in a queue while a pipe is full or a disk has no space, and what does not fit is dropped and
 * counted. From then on lines are dropped until half of the queue is free, so that few gaps are told. A pipe whose reader has gone takes
 * no lines any more: they are dropped and counted. After an error of a file the next write is tried a second later.
 */
export class Destination {
  readonly #reopen: (() => Sink) | undefined;
  readonly #clock: Clock;
  readonly #shared: boolean;
  readonly #half: number;
  readonly #queue: LineQueue;
  #sink: Sink;
  /** What replaces the sink once the write under way is over. */
  #next: Sink | undefined;
  /** How many bytes of the queue are being written; undefined if none are. */
  #flight: number | undefined;
  #retry: DelayedCall | undefined;
  /** Whether the file may end within a line, which a newline has to end first. */
  #broken = false;
  /** Whether nothing more can be written: the reader is gone, or this has ended. */
  #shut = false;
  #dropped = 0;
  #gap: Gap | undefined;
  #tell: (gap: Gap) => void = () => {};
  #ending: Promise<void> | undefined;
  #finish: (() => void) | undefined;

  /** Writes to a sink that is open; `reopen` opens the one that `reopen()` takes in its place. */
  constructor(
    sink: Sink,
    reopen: (() => Sink) | undefined,
    { queueBytes, clock, shared = false }: Omit<DestinationOptions, 'file' | 'descriptor'>,
  ) {
    this.#sink = sink;
    this.#reopen = reopen;
    this.#clock = clock;
    this.#shared = shared;
    this.#half = queueBytes / 2;
    this.#queue = new LineQueue(queueBytes);
  }

  /** The most bytes that a line should have: 4,096 on a pipe or socket, else 16,384. */
  get lineBytes(): number {
    return this.#sink.lineBytes;
  }

  /** Whether it is a terminal. */
  get terminal(): boolean {
    return this.#sink.terminal;
  }

  /** How many lines were dropped since the start. */
  get droppedLines(): number {
    return this.#dropped;
  }

  /** How many bytes wait. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Sets what is called when lines can be written again after a gap: it writes the line that tells so. */
  onGap(tell: (gap: Gap) => void): void {
    this.#tell = tell;
  }

  /** Writes a line, with its newline; or several, whose newlines are counted as lines. Never throws and never waits. */
  write(line: string): void {
    if (!this.#shut) {
      this.#tellGap();
      if (this.#gap === undefined && this.#queue.push(line)) {
        this.#pump();
        return;
      }
    }
    this.#drop(line.split('\n').length - 1);
  }

  /**
   * Opens the file anew, for instance once it was renamed; what waits goes there. Returns undefined; or why the file cannot be opened,
   * and the old one stays. Does nothing for a descriptor.
   */
  reopen(): string | undefined {
    if (this.#reopen === undefined || this.#ending !== undefined) return undefined;
    let sink: Sink;
    try {
      sink = this.#reopen();
    } catch (error) {
      return messageOf(error);
    }
    if (this.#flight === undefined) {
      this.#replace(sink);
    } else {
      this.#next?.close();
      this.#next = sink;
      this.#sink.close();
    }
    return undefined;
  }

  /**
   * Resolves when all lines are written; at the latest in `deadlineMs` milliseconds, 400 unless set, and at once after an error: then the
   * rest is dropped and counted. Nothing of this keeps the process alive afterwards.
   */
  end(deadlineMs = END_MS): Promise<void> {
    this.#ending ??= new Promise((resolve) => {
      const deadline = this.#clock.callLater(deadlineMs, () => this.#finish?.());
      this.#finish = () => {
        this.#finish = undefined;
        deadline.cancel();
        this.#close();
        resolve();
      };
    });
    if (this.#shut) this.#finish?.();
    this.#tellGap();
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#pump();
    return this.#ending;
  }

  /**
   * The last resort before `process.exit`, after an uncaught error: writes what waits without the event loop, and ends. Blocks while a
   * pipe is full, but for at most `deadlineMs` milliseconds, 400 unless set.
   */
  endNow(deadlineMs = END_MS): void {
    if (this.#shut) return;
    // What the system has of the write under way is written without us.
    if (this.#flight !== undefined) this.#queue.took(Math.max(0, this.#flight - this.#sink.pending));
    this.#ending ??= Promise.resolve();
    this.#tellGap();
    const until = performance.now() + deadlineMs;
    const lock = new Int32Array(new SharedArrayBuffer(4));
    for (let head = this.#head(); head !== undefined; head = this.#head()) {
      try {
        this.#took(this.#sink.writeNow(head));
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN' || performance.now() >= until) break;
        Atomics.wait(lock, 0, 0, LOOK_MS);
      }
    }
    if (this.#finish !== undefined) this.#finish();
    else this.#close();
  }

  #drop(lines: number): void {
    if (lines === 0) return;
    this.#dropped += lines;
    this.#gap = { lines: (this.#gap?.lines ?? 0) + lines, since: this.#gap?.since ?? this.#clock.wallClock() };
  }

  #tellGap(): void {
    if (this.#gap === undefined || (this.#queue.bytes > this.#half && this.#ending === undefined)) return;
    const gap = this.#gap;
    this.#gap = undefined;
    this.#tell(gap);
  }

  #pump(): void {
    if (this.#flight !== undefined || this.#retry !== undefined || this.#shut) return;
    const head = this.#head();
    if (head === undefined) {
      this.#finish?.();
      return;
    }
    this.#flight = head.length - (this.#broken ? 1 : 0);
    this.#sink.write(head, (taken, error) => this.#wrote(head.length, taken, error));
  }

  #head(): Buffer | undefined {
    const head = this.#queue.head(this.#sink.writeBytes);
    return head !== undefined && this.#broken ? Buffer.concat([NEWLINE, head]) : head;
  }

  #took(taken: number): void {
    if (taken === 0) return;
    this.#queue.took(taken - (this.#broken ? 1 : 0));
    this.#broken = false;
  }

  #wrote(length: number, taken: number, error: Error | undefined): void {
    this.#flight = undefined;
    if (this.#shut) return;
    this.#took(taken);
    const next = this.#next;
    if (next !== undefined) {
      this.#next = undefined;
      this.#replace(next);
      return;
    }
    // Others may have been cut too: an empty line more is better than two lines in one.
    if (taken < length && this.#shared) this.#broken ||= this.#queue.restart() || error !== undefined;
    if (error === undefined) this.#tellGap();
    else if (this.#sink.errorsAreFinal) this.#shutUp();
    else if (this.#finish === undefined) this.#retry = this.#clock.callLater(RETRY_MS, () => this.#again());
    else this.#finish();
    this.#pump();
  }

  #again(): void {
    this.#retry = undefined;
    this.#pump();
  }

  #replace(sink: Sink): void {
    this.#sink.close();
    this.#sink = sink;
    this.#queue.restart();
    this.#broken = false;
    this.#shut = false;
    this.#retry?.cancel();
    this.#tellGap();
    this.#again();
  }

  /** The reader is gone. */
  #shutUp(): void {
    this.#close();
    this.#finish?.();
  }

  #close(): void {
    this.#shut = true;
    this.#retry?.cancel();
    this.#next?.close();
    this.#sink.close();
    this.#drop(this.#queue.clear());
  }
}
