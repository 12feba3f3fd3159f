import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Sink } from '../../seam/wire.ts';
import { DONE } from '../node/cause.ts';
import { isSocket, vacate } from '../node/descriptor.ts';
import { NO_TLS, type StandardWire, StdioWire } from '../node/stdio-wire.ts';
import type { BunRuntime } from './bun-sockets.ts';
import { pipeEnds } from './ends.ts';
import { duplicate } from './libc.ts';
import { NativeWire } from './native-wire.ts';
import { openSocket } from './open-socket.ts';

const NAME: SocketName = { family: 'PIPE' };

/**
 * Makes a wire of standard input and output: natively where both are sockets. Throws if only the input is one: what else Bun has to read it
 * does not keep the process alive, nor tell its end.
 */
export function openStdio(bun: BunRuntime): StandardWire {
  if (!isSocket(0)) return new StdioWire(takePipe);
  const input = isSocket(1) ? wireOf(bun, 0, 'output') : undefined;
  const output = input === undefined ? undefined : wireOf(bun, 1, 'input');
  if (input !== undefined && output !== undefined) return new NativeStdioWire(input, output);
  input?.close();
  throw new Error('standard input is a socket, which Bun reads only if standard output is one too, and with bun:ffi');
}

/** Gives the number of a pipe to the null device. Returns another descriptor of the pipe. */
function takePipe(fd: number): number {
  const near = duplicate(fd);
  if (typeof near !== 'number') return fd;
  vacate(fd);
  return near;
}

/** The wire of one direction, by a second descriptor; the first one stays open. */
function wireOf(bun: BunRuntime, fd: number, kind: 'input' | 'output'): NativeWire | undefined {
  const near = duplicate(fd);
  const socket = typeof near === 'number' ? openSocket(bun, near) : undefined;
  if (socket === undefined) return undefined;
  const wire = new NativeWire(socket, pipeEnds(kind));
  socket.data = wire;
  return wire;
}

/** Standard input and output, which are sockets, as one wire. It is closed when both directions have ended. */
class NativeStdioWire implements StandardWire {
  readonly local: SocketName = NAME;
  readonly peer: SocketName = NAME;
  readonly copies = false;
  readonly gone: Promise<void>;
  readonly #input: NativeWire;
  readonly #output: NativeWire;
  #sink: Sink | undefined;
  #goes: () => void = () => {};
  #paused = false;
  #inputOver = false;
  #outputOver = false;
  /** How many of the two wires are open. */
  #open = 2;
  #cause: Cause = DONE;

  constructor(input: NativeWire, output: NativeWire) {
    this.#input = input;
    this.#output = output;
    this.gone = new Promise((resolve) => {
      this.#goes = resolve;
    });
    // What the other side sees are the sockets of the wires: the null device gets the numbers.
    vacate(0);
    vacate(1);
    // Until this has a sink.
    input.pause();
    input.attach({
      onData: (chunk) => this.#sink?.onData(chunk),
      onEof: () => {
        this.#inputOver = true;
        this.#sink?.onEof();
        if (this.#outputOver) this.close();
      },
      onWritable: () => {},
      onWriteFailed: () => {},
      onSecured,
      onClosed: (cause) => this.#wireClosed(cause, false),
    });
    output.attach({
      onData: () => {},
      onEof: () => {},
      onWritable: () => this.#sink?.onWritable(),
      onWriteFailed: (cause) => this.#sink?.onWriteFailed(cause),
      onSecured,
      onClosed: (cause) => this.#wireClosed(cause, this.#outputOver && !this.#inputOver),
    });
  }

  attach(sink: Sink): void {
    this.#sink = sink;
    if (!this.#paused) this.#input.resume();
  }

  get unsent(): number {
    return this.#output.unsent;
  }

  write(chunk: Uint8Array): boolean {
    return this.#output.write(chunk);
  }

  end(): void {
    this.#outputOver = true;
    this.#output.end();
  }

  close(): void {
    this.#input.close();
    this.#output.close();
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
    if (this.#sink !== undefined) this.#input.resume();
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}

  startTls(): void {
    this.#cause = NO_TLS;
    this.close();
  }

  /** One of the wires is closed. The other one goes with it, unless `readsOn`: this side has ended its output. */
  #wireClosed(cause: Cause, readsOn: boolean): void {
    if (this.#cause === DONE) this.#cause = cause;
    this.#open -= 1;
    if (this.#open === 0) {
      this.#sink?.onClosed(this.#cause);
      this.#goes();
    } else if (!(readsOn && cause === DONE)) this.close();
  }
}

function onSecured(): never {
  throw new Error('standard input and output do not speak TLS');
}
