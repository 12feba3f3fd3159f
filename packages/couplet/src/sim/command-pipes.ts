import { chunkOf } from '../bytes/chunk.ts';
import type { Receiver } from './pipe.ts';
import type { SimSocket } from './socket.ts';

/** One end of a pipe, which several processes may have open. */
export abstract class CommandPipe implements Receiver {
  protected readonly socket: SimSocket;
  /** How many processes have it open. */
  #holders = 0;

  constructor(socket: SimSocket) {
    this.socket = socket;
  }

  /** One more process has it open. Returns the function by which that closes it, once. */
  hold(): () => void {
    this.#holders += 1;
    let holds = true;
    return () => {
      if (!holds) return;
      holds = false;
      this.#holders -= 1;
      if (this.#holders > 0) return;
      this.close();
      this.over();
    };
  }

  onData(_chunk: Buffer): void {}

  onEof(): void {}

  onWritable(): void {}

  onWriteFailed(): void {
    this.over();
  }

  onClosed(): void {
    this.over();
  }

  /** The last process has closed it. */
  protected abstract close(): void;

  /** Nothing goes through it any more. */
  protected abstract over(): void;
}

/** The end of a standard input that is read. */
export class InputEnd extends CommandPipe {
  readonly #readers: ((chunk: Buffer | undefined) => void)[] = [];
  #ended = false;

  /** This end never says anything. */
  begin(): void {
    this.socket.attach(this);
    this.socket.pause();
    this.socket.end();
  }

  /** Calls `taken` with the next bytes, or with undefined at the end. */
  read(taken: (chunk: Buffer | undefined) => void): void {
    if (this.#ended) {
      taken(undefined);
      return;
    }
    this.#readers.push(taken);
    this.socket.resume();
  }

  override onData(chunk: Buffer): void {
    const taken = this.#readers.shift();
    if (this.#readers.length === 0) this.socket.pause();
    taken?.(chunk);
  }

  override onEof(): void {
    this.over();
  }

  /** What is written to it from now on is refused at once. */
  protected override close(): void {
    this.socket.cut();
  }

  protected override over(): void {
    this.#ended = true;
    for (const taken of this.#readers.splice(0)) taken(undefined);
  }
}

/** The end of an output that is written. */
export class OutputEnd extends CommandPipe {
  readonly #writers: { readonly chunk: Uint8Array; readonly done: (written: boolean) => void }[] = [];
  #held = false;
  #broken = false;

  begin(): void {
    this.socket.attach(this);
  }

  /** Writes data behind what was written before, and calls `done` when there is room for more, or there never will be. */
  write(data: Uint8Array | string, done: (written: boolean) => void): void {
    const chunk = chunkOf(data);
    if (this.#broken || chunk.length === 0) {
      done(!this.#broken);
      return;
    }
    this.#writers.push({ chunk: Buffer.from(chunk), done });
    this.#pump();
  }

  /** What was written goes out. */
  protected override close(): void {
    this.socket.orphan();
  }

  override onWritable(): void {
    this.#held = false;
    this.#writers.shift()?.done(true);
    this.#pump();
  }

  protected override over(): void {
    this.#broken = true;
    for (const { done } of this.#writers.splice(0)) done(false);
  }

  #pump(): void {
    for (let next = this.#writers[0]; next !== undefined && !this.#held; next = this.#writers[0]) {
      this.#held = !this.socket.write(next.chunk);
      if (this.#held) return;
      this.#writers.shift();
      next.done(true);
    }
  }
}
