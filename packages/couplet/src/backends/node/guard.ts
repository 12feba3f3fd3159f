import { Socket } from 'node:net';

/** What a stream is to be called back with when a write is done. */
export type Written = (error?: Error | null) => void;

/** Whom a guarded socket tells of its writes. */
export interface Guard {
  /** What the runtime is to call back in place of that: it never passes an error on. */
  keep(socket: Socket, written: Written): Written;
}

const guardOf = Symbol('guard');

/** A socket that knows its guard: so all sockets share the methods that ask it. */
interface GuardedSocket extends Socket {
  readonly [guardOf]: Guard;
}

/**
 * Keeps from a stream that one of its writes failed: it would end both directions, and throw away what it has not read. The
 * failure is told to the guard, perhaps inside the call. `_write` and `_writev` are where a stream lets others implement its
 * writes.
 */
export function guardWrites(socket: Socket, guard: Guard): void {
  Object.assign(socket, { [guardOf]: guard, _write: write, _writev: writev });
}

function write(this: GuardedSocket, chunk: unknown, encoding: BufferEncoding, written: Written): void {
  Socket.prototype._write.call(this, chunk, encoding, this[guardOf].keep(this, written));
}

function writev(this: GuardedSocket, chunks: { chunk: unknown; encoding: BufferEncoding }[], written: Written): void {
  Socket.prototype._writev?.call(this, chunks, this[guardOf].keep(this, written));
}
