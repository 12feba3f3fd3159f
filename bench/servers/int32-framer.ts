import { type Framer, Pieces, type Received } from './framer.ts';

/** Frames after a big-endian length of four bytes. */
export class Int32Framer implements Framer {
  private readonly received: Received;
  private readonly maxLength: number;
  private readonly pieces = new Pieces();
  private needed = 4;

  constructor(received: Received, maxLength: number) {
    this.received = received;
    this.maxLength = maxLength;
  }

  push(chunk: Buffer): void {
    this.pieces.add(chunk);
    if (this.pieces.length < this.needed) return;
    const bytes = this.pieces.take();
    let from = 0;
    for (;;) {
      this.needed = 4;
      if (bytes.length - from < this.needed) break;
      const length = bytes.readUInt32BE(from);
      if (length > this.maxLength) throw new Error(`a frame of ${length} bytes`);
      this.needed += length;
      if (bytes.length - from < this.needed) break;
      this.received(bytes.subarray(from + 4, from + this.needed));
      from += this.needed;
    }
    if (from < bytes.length) this.pieces.add(bytes.subarray(from));
  }
}
