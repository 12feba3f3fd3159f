import { Socket } from 'node:net';

/** The callback of a stream that a write is done, or has failed. */
export type Written = (error?: Error | null) => void;

/** Receives the failed writes of a socket, in place of its stream. */
export interface Guard {
  /** Returns the callback for the runtime in place of the stream's, to which it never passes an error. */
  keep(socket: Socket, written: Written): Written;
}

const guardOf = Symbol('guard');

/** A socket with its guard as a property, so that all sockets share the methods that ask it. */
interface GuardedSocket extends Socket {
  readonly [guardOf]: Guard;
}

/**
 * Hides failed writes from a stream, which would end both directions and throw away what it has not read. The guard is told
 * instead, perhaps inside the call. `_write` and `_writev` are the methods by which a stream lets others implement its writes.
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
