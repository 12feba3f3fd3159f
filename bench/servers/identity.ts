/** A certificate and its key, PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}
