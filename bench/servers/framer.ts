/** Cuts what arrives into frames. Throws an `Error` for bytes that are no frame. */
export interface Framer {
  push(chunk: Buffer): void;
}

/** Called with each frame's payload. */
export type Received = (payload: Buffer) => void;

/** The pieces of a frame that is not whole yet; they are joined once, when it is. */
export class Pieces {
  private pieces: Buffer[] = [];
  private size = 0;

  get length(): number {
    return this.size;
  }

  add(piece: Buffer): void {
    this.pieces.push(piece);
    this.size += piece.length;
  }

  /** Everything, as one. Keeps nothing. */
  take(): Buffer {
    const [first] = this.pieces;
    const all = this.pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.pieces, this.size);
    this.pieces = [];
    this.size = 0;
    return all;
  }
}
