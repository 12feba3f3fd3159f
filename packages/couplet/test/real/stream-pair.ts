import { Duplex, type DuplexOptions } from 'node:stream';

/** One end of a pair, which reads what is written to the other. */
class End extends Duplex {
  other: End | undefined;
  #written: (() => void) | undefined;

  /** The other end reads: what was written to this one is gone. */
  override _read(): void {
    const { other } = this;
    if (other === undefined) return;
    const written = other.#written;
    other.#written = undefined;
    written?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: () => void): void {
    this.#written = written;
    this.other?.push(chunk);
  }

  override _final(ended: () => void): void {
    this.other?.push(null);
    ended();
  }

  /** A pair has no reset: the other end sees that this one has failed, unless it had ended. */
  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    const { other } = this;
    if (other !== undefined && !(other.destroyed || this.writableFinished))
      setImmediate(() => other.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' })));
    destroyed(error);
  }
}

/** Two streams of `node:stream`, each with what is written to the other as its input. */
export function streamPair(options: DuplexOptions = {}): [Duplex, Duplex] {
  const [near, far] = [new End({ highWaterMark: 16, ...options }), new End(options)];
  near.other = far;
  far.other = near;
  return [near, far];
}
