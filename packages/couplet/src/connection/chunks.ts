import { Decoder } from '../framing/decoder.ts';

/** The bytes as the network cut them: each chunk is a frame, and no frame is ever begun. */
export class Chunks extends Decoder<Buffer> {
  next(): Buffer | undefined {
    if (!this.ready()) return undefined;
    const chunk = this.at === 0 ? this.chunk : this.chunk.subarray(this.at);
    this.at = this.chunk.length;
    return chunk;
  }
}
