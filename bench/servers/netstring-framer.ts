import { type Framer, Pieces, type Received } from './framer.ts';

const COLON = 58;
const COMMA = 44;
const ZERO = 48;

/** Netstrings: `5:hello,`. */
export class NetstringFramer implements Framer {
  private readonly received: Received;
  private readonly maxLength: number;
  private readonly pieces = new Pieces();
  private needed = 1;

  constructor(received: Received, maxLength: number) {
    this.received = received;
    this.maxLength = maxLength;
  }

  push(chunk: Buffer): void {
    this.pieces.add(chunk);
    if (this.pieces.length < this.needed) return;
    const bytes = this.pieces.take();
    let from = 0;
    while (from < bytes.length) {
      const start = this.readLength(bytes, from);
      if (bytes.length - from < this.needed) break;
      const comma = from + this.needed - 1;
      if (bytes[comma] !== COMMA) throw new Error('a netstring without its comma');
      this.received(bytes.subarray(start, comma));
      from = comma + 1;
      this.needed = 1;
    }
    if (from < bytes.length) this.pieces.add(bytes.subarray(from));
  }

  /** Sets `needed` to the size of the frame at `from`, or to one byte more when its length is not whole. Returns where its payload begins. */
  private readLength(bytes: Buffer, from: number): number {
    let length = 0;
    for (let i = from; i < bytes.length; i += 1) {
      const byte = bytes[i] ?? 0;
      if (byte === COLON && i > from) {
        this.needed = i + 1 - from + length + 1;
        return i + 1;
      }
      const digit = byte - ZERO;
      if (!(digit >= 0 && digit <= 9) || (i > from && length === 0)) throw new Error('a bad length of a netstring');
      length = length * 10 + digit;
      if (length > this.maxLength) throw new Error(`a netstring of more than ${this.maxLength} bytes`);
    }
    this.needed = bytes.length - from + 1;
    return bytes.length;
  }
}
