import type { Sink } from '../seam/wire.ts';

/** Carries the bytes of a process: its socket, or TLS on it. The methods are those of a wire. */
export interface Pipe {
  write(chunk: Uint8Array): boolean;
  end(): void;
  close(): void;
  abort(): void;
  pause(): void;
  resume(): void;
}

/** Receives the events of a pipe. */
export interface Receiver extends Omit<Sink, 'onSecured'> {
  /** Whether it has bytes itself that come before those of the pipe. */
  readonly holding?: boolean;
}
