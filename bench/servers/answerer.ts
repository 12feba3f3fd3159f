/** Answers what arrives on one connection. */
export interface Answerer {
  /** The answers to all that this chunk completes; undefined if it completes nothing. Throws an `Error` for bytes that are wrong. */
  push(chunk: Buffer): Buffer | undefined;
}
