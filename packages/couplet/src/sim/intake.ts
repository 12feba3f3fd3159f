import { ChunkQueue } from '../bytes/chunk-queue.ts';

/** Bytes that arrive in pieces of any size, and are taken in pieces of the size that the reader asks for. */
export class Intake extends ChunkQueue {
  /** Takes the next `size` bytes; undefined while there are fewer. */
  read(size: number): Buffer | undefined {
    if (this.size < size) return undefined;
    const parts: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const part = this.take(left) as Buffer;
      parts.push(part);
      left -= part.length;
    }
    const [only] = parts;
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
  }
}
