/** An error of the application: what a callback threw, or what its promise rejected with. */
export interface ErrorReport {
  /**
   * Whose callback: the class of the protocol or factory, with the peer where there is one: `Echo at 127.0.0.1:4321`. One
   * printable line, like `where`.
   */
  readonly who: string;
  /** The callback's name. */
  readonly where: string;
  readonly error: unknown;
}
