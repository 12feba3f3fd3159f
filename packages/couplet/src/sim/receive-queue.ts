import { ChunkQueue } from '../bytes/chunk-queue.ts';
import type { Cause } from '../seam/cause.ts';

/** The most bytes that a process reads at once. */
const READ = 64 * 1024;

/**
 * What a kernel has for the process of a connection: bytes, the peer's end behind them, and behind those why the connection is
 * gone, which takes none of them away.
 */
export class ReceiveQueue {
  /** The process reads nothing. */
  paused = false;
  /** The peer's end: it has arrived, and the process has read it. */
  eof: 'no' | 'arrived' | 'told' = 'no';
  /** Why the kernel knows the connection no more. */
  error: Cause | undefined;
  /** A write was refused: behind what had arrived comes the error, and no end in order. */
  refused = false;
  readonly #bytes: ChunkQueue = new ChunkQueue();

  /** True while there are bytes that the process has not read. */
  get filled(): boolean {
    return this.#bytes.size > 0;
  }

  /** True when the process is about to read something. Without bytes an error is heard of by who reads nothing, too. */
  get due(): boolean {
    if (this.paused) return this.error !== undefined && !this.filled && this.eof === 'no';
    return this.filled || this.eof === 'arrived' || (this.error !== undefined && !this.#silent);
  }

  push(bytes: Buffer): void {
    this.#bytes.push(bytes);
  }

  clear(): void {
    this.#bytes.clear();
  }

  /** What the process reads: a chunk that is its own, the peer's end, an error; undefined when there is nothing for it. */
  read(): Buffer | 'end' | Cause | undefined {
    if (!this.due) return undefined;
    if (this.filled) return this.#chunk();
    if (this.eof !== 'arrived' || this.refused) return this.error;
    this.eof = 'told';
    return 'end';
  }

  /** The process has read the peer's end: it reads no more, and hears only what becomes of a write. */
  get #silent(): boolean {
    return this.eof === 'told' && !this.refused;
  }

  /** A copy, so that nobody learns of bytes that are not its own. */
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
