import type { Sink } from '../seam/wire.ts';

/** What carries a process's bytes: its socket, or TLS on it. The methods are those of a wire. */
export interface Pipe {
  write(chunk: Uint8Array): boolean;
  end(): void;
  close(): void;
  abort(): void;
  pause(): void;
  resume(): void;
}

/** Who gets what a pipe receives. */
export interface Receiver extends Omit<Sink, 'onSecured'> {
  /** It has something itself that is to be taken before what the pipe has. */
  readonly holding?: boolean;
}
