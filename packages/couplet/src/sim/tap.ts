/** Who wants to know what goes through a wire. */
export interface Tap {
  /** The process handed this over. */
  wrote(chunk: Uint8Array): void;
  /** The process is about to be given this. */
  read(chunk: Buffer): void;
  /** The process is about to be told that the peer has ended its output. */
  ended(): void;
}
