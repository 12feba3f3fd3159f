/** Says which callback of the application failed, and how: it threw an error, or its promise rejected with one. */
export interface ErrorReport {
  /**
   * The owner of the callback: the class of the protocol or factory, with the address of the peer where there is one, such as
   * `Echo at 127.0.0.1:4321`. One printable line: everything else is escaped.
   */
  readonly who: string;
  /** The name of the callback, such as `dataReceived`. One printable line: everything else is escaped. */
  readonly where: string;
  /** What was thrown or rejected with. Usually an `Error`, but a program can throw any value. */
  readonly error: unknown;
}
