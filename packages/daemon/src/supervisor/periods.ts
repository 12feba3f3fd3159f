/** How long the supervisor waits for what is not an option of the command, in milliseconds. Tests shorten them. */
export interface Periods {
  /** From SIGABRT for a worker that is silent, or from the failure of one, to SIGKILL. */
  readonly abortMs: number;
  /** How long a worker that was told to abort its connections may take to end. */
  readonly endMs: number;
  /** How long a worker that has failed may take to write its last lines and end. */
  readonly fadeMs: number;
  /** A worker that lives this long after SIGKILL is stuck. */
  readonly stuckMs: number;
  /** A slot that started `crashes` times within this time waits before the next start. */
  readonly crashWindowMs: number;
  readonly crashes: number;
  /** The first wait and the longest; each is twice as long as the one before it. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
  /** A worker that has lived this long makes its slot forget earlier starts. */
  readonly soundMs: number;
  /** After this time without a worker the sockets of a group refuse. */
  readonly refuseAfterMs: number;
}

export const PERIODS: Periods = {
  abortMs: 2000,
  endMs: 100,
  fadeMs: 2000,
  stuckMs: 3000,
  crashWindowMs: 10_000,
  crashes: 5,
  backOffMs: 1000,
  maxBackOffMs: 30_000,
  soundMs: 60_000,
  refuseAfterMs: 5000,
};
