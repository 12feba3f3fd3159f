/** Is told what goes through a wire. */
export interface Tap {
  /** The process wrote these bytes. */
  wrote(chunk: Uint8Array): void;
  /** The process will get these bytes now. */
  read(chunk: Buffer): void;
  /** The process will be told now that the peer has ended its output. */
  ended(): void;
}
