import { type Framer, Pieces, type Received } from './framer.ts';

const LF = 10;
const CR = 13;

/** Lines that end with CRLF or LF. */
export class LineFramer implements Framer {
  private readonly received: Received;
  private readonly maxLength: number;
  private readonly pieces = new Pieces();

  constructor(received: Received, maxLength: number) {
    this.received = received;
    this.maxLength = maxLength;
  }

  push(chunk: Buffer): void {
    this.pieces.add(chunk);
    if (!chunk.includes(LF)) {
      if (this.pieces.length > this.maxLength + 1) throw new Error(`a line of more than ${this.maxLength} bytes`);
      return;
    }
    const bytes = this.pieces.take();
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      const line = bytes.subarray(from, bytes[end - 1] === CR && end > from ? end - 1 : end);
      if (line.length > this.maxLength) throw new Error(`a line of more than ${this.maxLength} bytes`);
      this.received(line);
      from = end + 1;
    }
    if (from < bytes.length) this.pieces.add(bytes.subarray(from));
  }
}
