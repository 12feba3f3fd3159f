import { ChunkQueue } from '../bytes/chunk-queue.ts';
import type { Cause } from '../seam/cause.ts';

/** The most bytes that a process reads at once. */
const READ = 64 * 1024;

/**
 * What a kernel holds for the process of a connection: bytes, then the peer's end, and then the reason why the connection ended,
 * which does not destroy what comes before it.
 */
export class ReceiveQueue {
  /** Whether the process has paused reading. */
  paused = false;
  /** Whether the peer's end has arrived, and whether the process has read it. */
  eof: 'no' | 'arrived' | 'told' = 'no';
  /** Why the kernel has forgotten the connection. */
  error: Cause | undefined;
  /** Whether a write was refused: then the error follows what had arrived, in place of an orderly end. */
  refused = false;
  readonly #bytes: ChunkQueue = new ChunkQueue();

  /** True while there are bytes that the process has not read. */
  get filled(): boolean {
    return this.#bytes.size > 0;
  }

  /** True when the process will read something. If there are no bytes, it gets an error even while it has paused. */
  get due(): boolean {
    if (this.paused) return this.error !== undefined && !this.filled && this.eof === 'no';
    return this.filled || this.eof === 'arrived' || (this.error !== undefined && !this.#silent);
  }

  /** Keeps bytes that arrive. Returns false if it throws them away, because the input was ended. */
  push(bytes: Buffer): boolean {
    if (this.eof === 'no') this.#bytes.push(bytes);
    return this.eof === 'no';
  }

  /** Ends the input here. Returns how many bytes were thrown away. */
  end(): number {
    const { size } = this.#bytes;
    this.clear();
    if (this.eof === 'no') this.eof = 'arrived';
    return size;
  }

  clear(): void {
    this.#bytes.clear();
  }

  /** What the process reads next: a chunk that it owns, the peer's end, or an error; undefined if there is nothing. */
  read(): Buffer | 'end' | Cause | undefined {
    if (!this.due) return undefined;
    if (this.filled) return this.#chunk();
    if (this.eof !== 'arrived' || this.refused) return this.error;
    this.eof = 'told';
    return 'end';
  }

  /** The process has read the peer's end: it does not read any more, and is only told of a failed write. */
  get #silent(): boolean {
    return this.eof === 'told' && !this.refused;
  }

  /** A copy, so that the reader cannot reach other bytes. */
  #chunk(): Buffer {
    const parts = [];
    let size = 0;
    for (let part = this.#bytes.take(READ); part !== undefined; part = this.#bytes.take(READ - size)) {
      parts.push(part);
      size += part.length;
      if (size === READ) break;
    }
    return Buffer.concat(parts);
  }
}
