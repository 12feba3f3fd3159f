import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The bytes of a record of TLS before its body, of which the last two are the length of that (RFC 8446, section 5.1). */
const HEADER = 5;

/**
 * A stream between another one and TLS, which knows what of TLS the kernel has not taken yet: TLS over a socket itself never waits for
 * it. It passes on one record at a time, because TLS decrypts all that it is given, and passes it on, though it is paused in the middle.
 */
export class Relay extends Duplex {
  readonly #stream: Duplex;
  #waiting: (() => void)[] = [];
  /** What has arrived and is not passed on yet. */
  #rest: Buffer | undefined;
  /** How many bytes of the record under way have been passed on while its length is not known, that length, and what is left of it. */
  #header = 0;
  #body = 0;
  #held = false;
  #full = false;
  #ended = false;
  /** Whether this end is a server's, can be reset, and its handshake is under way. */
  #resets: boolean;
  #answered = false;
  #over = false;

  /** `role` is that of this end. */
  constructor(stream: Duplex, role: 'server' | 'client') {
    super({ allowHalfOpen: true, highWaterMark: 1 });
    this.#stream = stream;
    this.#resets = role === 'server' && stream instanceof Socket && stream.remoteFamily !== undefined;
    stream.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
      this.#steer();
    });
    stream.on('end', () => {
      this.#ended = true;
      this.#steer();
    });
    stream.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#full = false;
    // It is called before the last record is passed on, which may be when this is held.
    process.nextTick(() => this.#steer());
  }

  /** The handshake is done. */
  secured(): void {
    this.#resets = false;
  }

  /** TLS has ended its output. */
  over(): void {
    this.#over = true;
  }

  /** Passes nothing on, not even the end. */
  hold(): void {
    this.#held = true;
    this.#steer();
  }

  /** Goes on. */
  release(): void {
    this.#held = false;
    this.#steer();
  }

  #steer(): void {
    this.#pass();
    if (this.#held || this.#full) this.#stream.pause();
    else this.#stream.resume();
    if (this.#ended && this.#rest === undefined && !this.#held) this.push(null);
  }

  /** Passes on what has arrived, up to a record in which it is held. */
  #pass(): void {
    while (this.#rest !== undefined && !this.#held && !this.#full) {
      const chunk = this.#rest;
      const end = this.#recordEnd(chunk);
      this.#rest = end === chunk.length ? undefined : chunk.subarray(end);
      this.#full = !this.push(chunk.subarray(0, end));
    }
  }

  /** Returns how many bytes of a chunk belong to the record that is under way. */
  #recordEnd(chunk: Buffer): number {
    let at = 0;
    for (; this.#header < HEADER && at < chunk.length; this.#header += 1, at += 1)
      if (this.#header >= HEADER - 2) this.#body = (this.#body << 8) + chunk.readUInt8(at);
    const length = Math.min(this.#body, chunk.length - at);
    if (this.#header < HEADER) return at;
    this.#body -= length;
    if (this.#body === 0) this.#header = 0;
    return at + length;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.#answered = true;
    if (this.#stream.destroyed) written();
    else
      this.#stream.write(chunk, () => {
        written();
        // TLS writes what it has next in a microtask.
        setImmediate(() => this.#look());
      });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const stream = this.#stream;
    // A client that has been answered may have finished its handshake before its server rejects it. It must not take this for an orderly end,
    // and Deno sends no alert. Who has not been answered knows, and may still have to read what was sent in clear.
    if (this.#resets && this.#answered && stream instanceof Socket) stream.resetAndDestroy();
    // A stream of the program's own that is destroyed before its end may count as broken.
    else if (this.#over && !(stream instanceof Socket)) stream.end();
    else stream.destroy();
    this.#tellAll();
    done(error);
  }

  /** Calls back, in a later turn, once all that TLS has written is with the kernel, or lost. */
  flushed(told: () => void): void {
    this.#waiting.push(told);
    setImmediate(() => this.#look());
  }

  #look(): void {
    if (this.writableLength === 0 || this.destroyed) this.#tellAll();
  }

  #tellAll(): void {
    for (const told of this.#waiting.splice(0)) told();
  }
}
