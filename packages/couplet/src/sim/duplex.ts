import { chunkOf } from '../bytes/chunk.ts';
import type { DuplexLike } from '../seam/adopt.ts';
import type { Cause } from '../seam/cause.ts';
import { checkFunction, checkWord } from '../values/checks.ts';
import type { Network } from './network.ts';
import type { Owner } from './owner.ts';
import type { Receiver } from './pipe.ts';
import { Lane } from './route.ts';
import type { SimEvent } from './schedule.ts';
import { SimSocket } from './socket.ts';

/** What a stream calls its listeners for. */
const EVENTS = ['data', 'end', 'error', 'close'] as const;

/** The names of both ends: none. */
const NAME = { family: 'PIPE' } as const;

/** How many bytes a stream keeps of what is written and not read at the other end. */
const BUFFER = 16_384;

/** The process that adopts a stream. */
export interface Holder extends Owner<SimSocket> {
  /** Counts the descriptor of a connection that it has already. */
  keep(socket: SimSocket): void;
}

/** Who has the socket of a stream: the scenario, and later perhaps a process. */
class PairOwner implements Owner<SimSocket> {
  holder: Holder | undefined;
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  get schedule(): Network['schedule'] {
    return this.#network.schedule;
  }

  get powered(): boolean {
    return this.holder?.powered ?? true;
  }

  after(delayMs: number, task: () => void): SimEvent {
    return this.holder?.after(delayMs, task) ?? this.schedule.after(delayMs, task);
  }

  forgo(socket: SimSocket): void {
    this.holder?.forgo(socket);
  }

  forget(socket: SimSocket): void {
    this.holder?.forget(socket);
  }

  note(what: string): void {
    (this.holder ?? this.#network).note(what);
  }

  fault(what: string): void {
    (this.holder ?? this.#network).fault(what);
  }
}

/**
 * One end of a pair of `World.pair()`: a duplex stream of bytes on the clock of the world. A scenario reads and writes it as one of
 * `node:stream`, or has a reactor adopt it. What one end writes arrives at the other.
 */
export interface SimDuplex extends DuplexLike {
  /** False if both directions end with the first. */
  readonly allowHalfOpen: boolean;
  /** Null until something reads it or pauses it; then whether `data` is called. */
  readonly readableFlowing: boolean | null;
  /** True until the end of the input, or of the stream. */
  readonly readable: boolean;
  /** True until the end of the output, or of the stream. */
  readonly writable: boolean;
  /** True once it is closed. */
  readonly destroyed: boolean;
  /** The error that ended it; null before. */
  readonly errored: Error | null;
  /**
   * Calls the listener: `data` for each chunk that arrives, which begins the reading unless it was paused, `end` at the end of the input,
   * `error` if the stream fails, and `close` when it is closed. Throws a `TypeError` for another event, or if `listener` is not a function.
   */
  on(event: 'data', listener: (chunk: Buffer) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end' | 'close', listener: () => void): this;
  /**
   * Writes a chunk, which must not change until `written` is called. Returns false if something written before waits. After the end, and
   * when the stream is closed before it has taken the chunk, `written` gets an error. Throws a `TypeError` for anything else than bytes or
   * a string.
   */
  write(data: Uint8Array | string, written?: (error?: Error | null) => void): boolean;
  /** Ends the output after everything written. */
  end(): this;
  /** Stops `data` and `end`. */
  pause(): this;
  /** Goes on with them. */
  resume(): this;
  /** Closes the stream at once: the other end fails, unless both directions had ended. What was written may be lost. */
  destroy(error?: Error): this;
}

/** One end of a pair: the receiver of its socket until a process has that. */
export class PairEnd implements SimDuplex, Receiver {
  readonly allowHalfOpen: boolean;
  readableFlowing: boolean | null = null;
  errored: Error | null = null;
  readonly #owner: PairOwner;
  readonly #socket: SimSocket;
  readonly #listeners: Map<string, ((value: never) => void)[]> = new Map();
  /** What is written and not with the socket, and what is called when it is. */
  readonly #waiting: { readonly chunk: Uint8Array; readonly written: (error?: Error | null) => void }[] = [];
  /** Called when the chunk that the socket holds is taken. */
  #held: ((error?: Error | null) => void) | undefined;
  #ending = false;
  /** Whether the scenario may read it, and write it. */
  #readable = true;
  #writable = true;

  private constructor(owner: PairOwner, socket: SimSocket, allowHalfOpen: boolean) {
    this.#owner = owner;
    this.#socket = socket;
    this.allowHalfOpen = allowHalfOpen;
    socket.halfOpen = allowHalfOpen;
    socket.pause();
    socket.attach(this);
  }

  /** Makes two ends that are connected with each other. */
  static pair(network: Network, allowHalfOpen: boolean): [PairEnd, PairEnd] {
    const id = network.nextId();
    const end = (name: string): { owner: PairOwner; socket: SimSocket } => {
      const owner = new PairOwner(network);
      const lane = new Lane(network.wayApart(`pair ${name}`, { sendBufferBytes: BUFFER, receiveBufferBytes: BUFFER }));
      return { owner, socket: new SimSocket(owner, NAME, NAME, lane, name) };
    };
    const [one, other] = [end(`a${id}`), end(`b${id}`)];
    one.socket.far = other.socket;
    other.socket.far = one.socket;
    return [new PairEnd(one.owner, one.socket, allowHalfOpen), new PairEnd(other.owner, other.socket, allowHalfOpen)];
  }

  get readable(): boolean {
    return this.#readable && this.#socket.open;
  }

  get writable(): boolean {
    return this.#writable && this.#socket.open;
  }

  get destroyed(): boolean {
    return !this.#socket.open;
  }

  /** Gives the stream to a process, which has its socket from then on. Undefined if it is closed. */
  '~give'(holder: Holder): SimSocket | undefined {
    this.readableFlowing = true;
    if (this.destroyed) return undefined;
    this.#owner.holder = holder;
    holder.keep(this.#socket);
    return this.#socket;
  }

  on(event: 'data', listener: (chunk: Buffer) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end' | 'close', listener: () => void): this;
  on(event: (typeof EVENTS)[number], listener: (value: never) => void): this {
    checkWord('event', event, EVENTS);
    checkFunction('listener', listener, 'a function');
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    if (event === 'data' && this.readableFlowing === null) this.resume();
    return this;
  }

  write(data: Uint8Array | string, written: (error?: Error | null) => void = () => {}): boolean {
    const chunk = chunkOf(data);
    if (!this.writable) {
      this.#owner.after(0, () => written(this.errored ?? new Error('the stream has ended')));
      return false;
    }
    this.#waiting.push({ chunk, written });
    this.#flush();
    return this.#held === undefined;
  }

  end(): this {
    this.#writable = false;
    this.#ending = true;
    this.#flush();
    return this;
  }

  pause(): this {
    this.readableFlowing = false;
    this.#socket.pause();
    return this;
  }

  resume(): this {
    this.readableFlowing = true;
    this.#socket.resume();
    return this;
  }

  destroy(error: Error | null = null): this {
    if (!this.destroyed) {
      this.errored ??= error;
      this.#socket.abort();
    }
    return this;
  }

  #flush(): void {
    while (this.#held === undefined) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const { chunk, written } = next;
      if (chunk.length > 0 && !this.#socket.write(chunk)) this.#held = written;
      else this.#owner.after(0, () => written());
    }
    if (!this.#ending || this.#held !== undefined) return;
    this.#ending = false;
    this.#socket.end();
  }

  // What the socket tells.

  onData(chunk: Buffer): void {
    this.#tell('data', chunk);
  }

  onEof(): void {
    this.#readable = false;
    if (!this.allowHalfOpen) this.#writable = false;
    this.#tell('end');
  }

  onWritable(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
    this.#flush();
  }

  onWriteFailed(cause: Cause): void {
    this.#fail(cause);
  }

  onClosed(cause: Cause): void {
    if (cause.kind !== 'done') this.#fail(cause);
    else this.#drop(this.errored ?? new Error('the stream was destroyed'));
    if (this.errored !== null) this.#tell('error', this.errored);
    this.#tell('close');
  }

  #fail(cause: Cause): void {
    this.errored ??= Object.assign(new Error(cause.detail), { code: cause.code });
    this.#drop(this.errored);
  }

  /** What was written and not taken is lost. */
  #drop(error: Error): void {
    this.#held?.(error);
    this.#held = undefined;
    for (const { written } of this.#waiting.splice(0)) written(error);
  }

  #tell(event: (typeof EVENTS)[number], value?: Buffer | Error): void {
    for (const listener of this.#listeners.get(event) ?? []) Reflect.apply(listener, this, [value]);
  }
}
