import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { causeOf, DONE } from './cause.ts';
import { statusOf, vacate } from './descriptor.ts';

const fs = process.getBuiltinModule('node:fs');

const NAME: SocketName = { family: 'PIPE' };
export const NO_TLS: Cause = { kind: 'tls', code: '', detail: 'TLS over standard input and output is not supported' };

type TakePipe = (fd: number) => number;

/** Standard input and output as a wire. */
export interface StandardWire extends Wire {
  readonly local: SocketName;
  /** Resolves when the wire is closed. */
  readonly gone: Promise<void>;
  /** Begins to pass on what comes in. */
  attach(sink: Sink): void;
}

/**
 * Standard input and output as a wire: each may be a pipe, a socket, a terminal or a file. It has streams of its own, since
 * those of `process` can never be closed.
 */
export class StdioWire implements StandardWire {
  readonly local: SocketName = NAME;
  readonly peer: SocketName = NAME;
  readonly copies = false;
  readonly gone: Promise<void>;
  readonly #input: Readable;
  readonly #output: Writable;
  #sink: Sink | undefined;
  #goes: () => void = () => {};
  #paused = false;
  /** The end of input came before the wire had a sink, or while paused. */
  #held = false;
  /** Which directions have ended. */
  #inputOver = false;
  #outputOver = false;
  /** Why it is closed, once it is. */
  #cause: Cause | undefined;

  /**
   * Throws what the runtime throws when a descriptor cannot be used. `takePipe` is for a runtime whose sockets cannot be pipes: it gives the
   * number of a pipe to the null device, and returns another one for it.
   */
  constructor(takePipe?: TakePipe) {
    this.#input = openInput(takePipe);
    this.#output = openOutput(takePipe);
    this.gone = new Promise((resolve) => {
      this.#goes = resolve;
    });
    // A stream begins to read at once, and reports its end only once, perhaps before the wire has a sink.
    this.#input.on('end', () => {
      if (this.#paused || this.#sink === undefined) this.#held = true;
      else this.#endInput();
    });
    // Also once it is closed: an error without a listener ends the process.
    for (const stream of [this.#input, this.#output])
      stream.on('error', (error: NodeJS.ErrnoException) => this.#close(causeOf(error)));
  }

  attach(sink: Sink): void {
    this.#sink = sink;
    this.#input.on('data', (chunk: Buffer) => {
      if (!this.#closed) sink.onData(chunk);
    });
    const cause = this.#cause;
    if (cause !== undefined) process.nextTick(() => sink.onClosed(cause));
    else if (this.#held) process.nextTick(() => this.#release());
  }

  get #closed(): boolean {
    return this.#cause !== undefined;
  }

  write(chunk: Uint8Array): boolean {
    const output = this.#output;
    let taken = false;
    output.write(chunk, (error) => {
      if (!(taken || this.#closed || error)) this.#sink?.onWritable();
    });
    taken = output.errored === null && output.writableLength === 0;
    return taken;
  }

  end(): void {
    this.#output.end((error?: Error | null) => {
      if (this.#closed || error) return;
      this.#outputOver = true;
      // The reader of a pipe sees its end when no process has the other side open any more.
      release(this.#output, 1);
      this.#closeIfOver();
    });
  }

  close(): void {
    process.nextTick(() => this.#close(DONE));
  }

  abort(): void {
    this.close();
  }

  pause(): void {
    this.#paused = true;
    this.#input.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#input.resume();
    if (this.#held) process.nextTick(() => this.#release());
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}

  /** Not supported: `node:tls` needs one stream of both directions. */
  startTls(): void {
    process.nextTick(() => this.#close(NO_TLS));
  }

  #release(): void {
    if (this.#paused || !this.#held) return;
    this.#held = false;
    this.#endInput();
  }

  #endInput(): void {
    if (this.#closed) return;
    this.#inputOver = true;
    this.#sink?.onEof();
    this.#closeIfOver();
  }

  #closeIfOver(): void {
    if (this.#inputOver && this.#outputOver) this.#close(DONE);
  }

  #close(cause: Cause): void {
    if (this.#closed) return;
    this.#cause = cause;
    this.#input.pause();
    release(this.#input, 0);
    if (!this.#outputOver) release(this.#output, 1);
    this.#sink?.onClosed(cause);
    this.#goes();
  }
}

function openInput(takePipe: TakePipe | undefined): Readable {
  if (isatty(0)) return new ReadStream(0);
  if (takePipe !== undefined && statusOf(0).isFIFO()) return fs.createReadStream('', { fd: takePipe(0) });
  if (isStream(0)) return new Socket({ fd: 0, readable: true, writable: false });
  return fs.createReadStream('', { fd: 0, autoClose: false });
}

function openOutput(takePipe: TakePipe | undefined): Writable {
  if (isatty(1)) return new WriteStream(1);
  if (takePipe !== undefined && statusOf(1).isFIFO()) return fs.createWriteStream('', { fd: takePipe(1) });
  if (isStream(1)) return new Socket({ fd: 1, readable: false, writable: true });
  return fs.createWriteStream('', { fd: 1, autoClose: false });
}

/** Whether that descriptor is a pipe or a socket, which are one kind to the runtime. */
function isStream(fd: number): boolean {
  const status = statusOf(fd);
  return status.isFIFO() || status.isSocket();
}

/** Closes a descriptor, unless it is that of a file: no process waits for the end of a file, and its stream would close it later. */
function release(stream: Readable | Writable, fd: number): void {
  // A pipe that was taken is closed by its stream.
  if (!(stream instanceof Socket)) {
    if ('autoClose' in stream && stream.autoClose === true) stream.destroy();
    return;
  }
  stream.destroy();
  vacate(fd);
}
