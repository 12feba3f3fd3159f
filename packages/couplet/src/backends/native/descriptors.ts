import { causeOfErrno } from './errno.ts';
import { EBADF, MOST_FILES } from './linux.ts';
import type { Readiness } from './readiness.ts';
import type { Memory, SystemCalls } from './system-calls.ts';

/** The descriptors that go along with the bytes of a UNIX socket (SCM_RIGHTS, unix(7)), both ways. */
export class Descriptors {
  readonly #calls: SystemCalls;
  readonly #readiness: Readiness;
  /** Copies of those that wait for bytes. */
  #waiting: number[] = [];
  /** Those that came along with the last bytes. */
  #arrived: readonly number[] = [];
  #received: ((fd: number) => boolean) | undefined;
  /** The bytes that came along with descriptors, if the wire was paused when it had told of these. */
  #kept: Buffer | undefined;
  #closed = false;

  constructor(calls: SystemCalls, readiness: Readiness) {
    this.#calls = calls;
    this.#readiness = readiness;
  }

  /** Whether descriptors that come are wanted. */
  get wanted(): boolean {
    return this.#received !== undefined;
  }

  /** From now on `received` is told of those that come. */
  want(received: (fd: number) => boolean): void {
    this.#received = received;
  }

  /** Keeps bytes until the wire is resumed. */
  keep(chunk: Buffer): void {
    this.#kept = chunk;
  }

  get keeps(): boolean {
    return this.#kept !== undefined;
  }

  takeKept(): Buffer | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept;
  }

  /** Sends a copy along with the next bytes. */
  add(fd: number): void {
    if (this.#closed) return;
    if (this.#waiting.length === MOST_FILES)
      throw new Error(`${MOST_FILES} descriptors wait for the bytes that they go with, and there is no room for ${fd}`);
    const copy = Number.isInteger(fd) && fd >= 0 && fd <= 0x7fff_ffff ? this.#calls.duplicate(fd) : -EBADF;
    if (copy < 0) {
      const { detail, code } = causeOfErrno(copy, 'fcntl');
      throw new Error(`${fd} cannot be sent as a descriptor: ${detail} (${code})`);
    }
    this.#waiting.push(copy);
    this.#readiness.share(fd);
  }

  /** Writes a chunk. Returns how many of its bytes the kernel has taken. */
  write(fd: number, chunk: Uint8Array): number {
    if (this.#waiting.length === 0) return this.#calls.write(fd, chunk);
    const taken = this.#calls.send(fd, chunk, undefined, this.#waiting);
    if (taken > 0) this.#drop();
    return taken;
  }

  /** Reads into memory. Returns how many bytes were read. `tell` has to follow. */
  read(fd: number, memory: Memory, offset: number, length: number): number {
    const message = this.#calls.receive(fd, memory, offset, length);
    if (typeof message === 'number') return message;
    this.#arrived = message.files;
    return message.length;
  }

  /** Tells of those that came along with the last bytes, one after the other, and closes what is not taken. Returns whether there were any. */
  tell(told: () => void): boolean {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const fd of arrived) {
      if (this.#received?.(fd) !== true) this.#calls.close(fd);
      told();
    }
    return arrived.length > 0;
  }

  /** The wire is closed, or speaks TLS: nothing goes along any more. */
  close(): void {
    this.#closed = true;
    this.#kept = undefined;
    this.#drop();
  }

  /** Closes those that wait. */
  #drop(): void {
    for (const copy of this.#waiting.splice(0)) this.#calls.close(copy);
  }
}
