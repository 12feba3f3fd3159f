import { ConnectionClosed } from '../protocol/errors.ts';
import type { Consumer, Producer } from '../protocol/producer.ts';

/** A file that is open for reading, such as a `FileHandle` of `node:fs/promises`. */
export interface ReadableFile {
  /**
   * Reads up to `length` bytes into `buffer` at `offset`: from byte `position` of the file, or, if that is null, from where the
   * last read ended. Resolves to the number of bytes read; 0 at the end of the file.
   */
  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }>;
}

/** Options of `beginFileTransfer`. */
export interface FileTransferOptions {
  /** The byte of the file to begin at, at least 0; where the last read of the file ended unless set. */
  readonly position?: number;
  /** The most bytes to send, at least 0; all up to the end of the file unless set. */
  readonly byteCount?: number;
  /** How many bytes to read at once, at least 1; 65,536 unless set. */
  readonly chunkBytes?: number;
  /**
   * Called with each chunk; what it returns is sent instead. The chunk belongs to the function. Chunks are sent unchanged unless
   * set.
   */
  readonly transform?: (chunk: Buffer) => Uint8Array | string;
}

/**
 * Sends a file, not faster than the consumer takes it: it reads only while the consumer wants more, so that at most 64 KiB of a
 * transport and one chunk are in memory. A sender does one transfer at a time.
 */
export class FileSender implements Producer {
  #busy = false;
  #paused = false;
  #stopped = false;
  #wake: () => void = () => {};

  /**
   * Sends a file to a consumer, such as a transport. Registers this sender as the producer of the consumer at once, and resolves
   * to the number of bytes of the file that were sent, when the consumer has been given the last one.
   * `transport.loseConnection()` may be called right away: it waits for the transfer.
   *
   * Rejects with the error of reading or transforming, and with a `ConnectionClosed` if the consumer stopped the transfer, for
   * instance because the connection is gone; the file is not read any more after that. The file stays open in any case: the
   * caller has to close it. Throws a `RangeError` if an option is not a whole number in its range, and an `Error` if the sender
   * is busy with another transfer or the consumer has a producer already; then nothing is sent.
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

  /** Called by the consumer when it wants more: goes on reading. */
  resumeProducing(): void {
    this.#paused = false;
    this.#wake();
  }

  /** Called by the consumer when it has enough: does not read further until `resumeProducing`. */
  pauseProducing(): void {
    this.#paused = true;
  }

  /** Called by the consumer when it is gone: ends the transfer, whose promise rejects with a `ConnectionClosed`. */
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

  /** Resolves when the consumer wants more, or is gone. */
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
