/** What the process ends with, after sysexits(3). */
export const EXIT = {
  done: 0,
  /** The reload that was asked for has failed, or what was asked for its status is not ready. */
  failed: 1,
  usage: 64,
  /** The application or a configuration file cannot be read. */
  noInput: 66,
  /** The address is in use, it runs already, or it does not run. */
  unavailable: 69,
  /** The application threw, or is in a crash loop. */
  software: 70,
  /** The system refused: processes, descriptors. */
  system: 71,
  /** A pidfile, control socket or log file cannot be made. */
  cannotCreate: 73,
  notReady: 75,
  noPermission: 77,
  configuration: 78,
} as const;

/** One of those numbers. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** A failure that ends a command: one line for standard error, without a stack, and the status of the process. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The status of that number; that of an application which threw for any other number. */
export function statusOf(number: number): ExitStatus {
  return Object.values(EXIT).find((one) => one === number) ?? EXIT.software;
}
