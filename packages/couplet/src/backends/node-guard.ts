import type { Socket } from 'node:net';

/** What a stream is to be called back with when a write is done. */
type Written = (error?: Error | null) => void;

const guardOf = Symbol('guard');

/** A socket that knows its guard: so all sockets share the methods that ask it. */
interface Guarded extends Socket {
  readonly [guardOf]: Guard;
}

/**
 * Keeps from a stream that one of its writes failed: it would end both directions, and throw away what it has not read. The
 * failure is told to another one. `_write` and `_writev` are where a stream lets others implement its writes.
 */
class Guard {
  readonly write: Socket['_write'];
  readonly writev: Socket['_writev'];
  readonly #failed: (error: Error) => void;
  #written: Written | undefined;
  #kept: Written = () => {};

  constructor(socket: Socket, failed: (error: Error) => void) {
    this.write = socket._write;
    this.writev = socket._writev;
    this.#failed = failed;
  }

  /** The same for the same: Node has one callback for all writes of a stream. */
  keep(written: Written): Written {
    if (this.#written !== written) {
      this.#written = written;
      this.#kept = (error) => {
        if (error !== undefined && error !== null) this.#failed(error);
        written();
      };
    }
    return this.#kept;
  }
}

/** From now on the stream takes every write for done, and those that failed are told; perhaps inside the call. */
export function guardWrites(socket: Socket, failed: (error: NodeJS.ErrnoException) => void): void {
  if (guardOf in socket) return;
  const guard = new Guard(socket, failed);
  Object.assign(socket, { [guardOf]: guard, _write: write }, guard.writev !== undefined && { _writev: writev });
}

function write(this: Guarded, chunk: unknown, encoding: BufferEncoding, written: Written): void {
  const guard = this[guardOf];
  guard.write.call(this, chunk, encoding, guard.keep(written));
}

function writev(this: Guarded, chunks: { chunk: unknown; encoding: BufferEncoding }[], written: Written): void {
  const guard = this[guardOf];
  guard.writev?.call(this, chunks, guard.keep(written));
}
