/** Called once when a write is over: with how many bytes the system took, and why it took no more. */
export type Done = (taken: number, error?: Error) => void;

/** Where lines go: what is open at present. One write is under way at a time. */
export interface Sink {
  /** The most bytes of one write, unless a line is longer. */
  readonly writeBytes: number;
  /** The most bytes that a line should have. */
  readonly lineBytes: number;
  readonly terminal: boolean;
  /** Whether an error is for good; otherwise a later write may succeed. */
  readonly errorsAreFinal: boolean;
  /** How many bytes of the write under way the system has yet to take, and will not take if the process ends now. */
  readonly pending: number;
  /** Writes bytes without blocking. */
  write(bytes: Buffer, done: Done): void;
  /** Writes bytes at once and returns how many the system took; throws an error with the code `EAGAIN` if it would have to wait. */
  writeNow(bytes: Buffer): number;
  /** Closes, once a write that is under way in the system is over; one that waits is given up. May be called twice. */
  close(): void;
}
