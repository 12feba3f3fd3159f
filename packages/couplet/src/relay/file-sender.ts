import { ConnectionClosed } from '../protocol/errors.ts';
import type { Consumer, Producer } from '../protocol/producer.ts';

/** A file that is open for reading; a `FileHandle` of `node:fs/promises` is one. */
export interface ReadableFile {
  /**
   * Reads up to `length` bytes into the buffer at `offset`: from `position` in the file, or from where the last read ended
   * when that is null. 0 bytes are the end of the file.
   */
  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }>;
}

/** Options of `beginFileTransfer`. */
export interface FileTransferOptions {
  /** Where in the file to begin, in bytes; where the last read of the file ended unless set. */
  readonly position?: number;
  /** How many bytes to send at most; all up to the end of the file unless set. */
  readonly byteCount?: number;
  /** How many bytes to read at once; 65,536 unless set. */
  readonly chunkBytes?: number;
  /** Replaces each chunk by what is sent for it. The chunk is its own. */
  readonly transform?: (chunk: Buffer) => Uint8Array | string;
}

/**
 * Sends a file, no faster than the consumer takes it: a read is under way only while the consumer wants more, so that at
 * most its 64 KiB and one chunk are in memory. One sender does one transfer at a time.
 */
export class FileSender implements Producer {
  #busy = false;
  #paused = false;
  #stopped = false;
  #wake: () => void = () => {};

  /**
   * Becomes the consumer's producer at once, sends, and resolves to how many bytes of the file were sent, when the consumer
   * has taken the last one. `transport.loseConnection()` may follow right away: it waits for the transfer.
   *
   * Rejects with what reading or transforming failed with, and with `ConnectionClosed` when the consumer stopped the transfer;
   * the file is not touched after that. It stays open in any case: it is the caller's. Throws a `RangeError` for an option that
   * is no size, an `Error` when the sender is busy or the consumer has a producer.
   */
  beginFileTransfer(file: ReadableFile, consumer: Consumer, options: FileTransferOptions = {}): Promise<number> {
    const { position, byteCount = Number.POSITIVE_INFINITY, chunkBytes = 64 * 1024 } = options;
    checkSize('position', position ?? 0, 0);
    if (byteCount !== Number.POSITIVE_INFINITY) checkSize('byteCount', byteCount, 0);
    checkSize('chunkBytes', chunkBytes, 1);
    if (this.#busy) throw new Error('this FileSender is busy: its last transfer has not ended');
    consumer.registerProducer(this, true);
    this.#busy = true;
    this.#paused = false;
    this.#stopped = false;
    return this.#transfer(file, consumer, { ...options, byteCount, chunkBytes });
  }

  resumeProducing(): void {
    this.#paused = false;
    this.#wake();
  }

  pauseProducing(): void {
    this.#paused = true;
  }

  stopProducing(): void {
    this.#stopped = true;
    this.#wake();
  }

  async #transfer(
    file: ReadableFile,
    consumer: Consumer,
    { position, byteCount, chunkBytes, transform }: FileTransferOptions & { byteCount: number; chunkBytes: number },
  ): Promise<number> {
    let sent = 0;
    try {
      while (sent < byteCount) {
        if (this.#paused) await this.#room();
        this.#expectMore(sent);
        // The consumer owns a chunk until it is sent, so each read has its own.
        const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, byteCount - sent));
        const at = position === undefined ? null : position + sent;
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        this.#expectMore(sent);
        if (bytesRead === 0) break;
        const chunk = buffer.subarray(0, bytesRead);
        consumer.write(transform === undefined ? chunk : transform(chunk));
        sent += bytesRead;
      }
      return sent;
    } finally {
      this.#busy = false;
      if (!this.#stopped) consumer.unregisterProducer();
    }
  }

  #expectMore(sent: number): void {
    if (this.#stopped) throw new ConnectionClosed(`the consumer stopped after ${sent} bytes of the file`);
  }

  /** Resolves when the consumer wants more, or nothing more. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function checkSize(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} is ${value}, not a whole number of at least ${least}`);
}
