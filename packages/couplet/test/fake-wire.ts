import assert from 'node:assert/strict';
import type { SocketName } from '../src/seam/address.ts';
import type { TlsContext } from '../src/seam/tls.ts';
import type { Wire } from '../src/seam/wire.ts';

/** The most bytes that a wire is handed at once. */
const MOST = 256 * 1024;

/**
 * A wire that takes chunks as a test says. One that it holds it keeps by reference, and on passing it on sees whether it is
 * still what was handed over.
 */
export class FakeWire implements Wire {
  readonly local: SocketName = { family: 'UNIX', path: '' };
  readonly peer: SocketName | undefined = { family: 'UNIX', path: '/peer' };
  readonly copies = false;
  /** What it answers to the next writes, first in, first out; then true. */
  readonly answers: boolean[] = [];
  /** The chunks as they were handed over; `keep` false counts them only. */
  readonly written: Uint8Array[] = [];
  readonly keep: boolean;
  /** How many writes there were, and how many bytes have gone out. */
  writes = 0;
  sent = 0;
  readonly #out: Buffer[] = [];
  #held: Uint8Array | undefined;
  #copy: Buffer = Buffer.alloc(0);

  constructor(keep = true) {
    this.keep = keep;
  }

  /** Everything that went out. */
  get output(): Buffer {
    return Buffer.concat(this.#out);
  }

  /** How many bytes it holds. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  write(chunk: Uint8Array): boolean {
    assert.equal(this.#held, undefined, 'a wire that holds a chunk takes no other');
    assert.ok(chunk.length > 0, 'an empty chunk');
    assert.ok(chunk.length <= MOST, `a chunk of ${chunk.length} bytes`);
    this.writes += 1;
    if (this.keep) this.written.push(chunk);
    const copy = this.keep ? Buffer.from(chunk) : Buffer.alloc(0);
    const taken = this.answers.shift() ?? true;
    if (taken) this.#goOut(chunk.length, copy);
    else {
      this.#held = chunk;
      this.#copy = copy;
    }
    return taken;
  }

  /** The kernel takes what is held. False when nothing is. */
  passOn(): boolean {
    const held = this.#held;
    if (held === undefined) return false;
    if (this.keep) assert.ok(this.#copy.equals(held), 'the held chunk was overwritten');
    this.#goOut(held.length, this.#copy);
    this.#held = undefined;
    return true;
  }

  end(): void {}
  close(): void {}
  abort(): void {}
  pause(): void {}
  resume(): void {}
  setNoDelay(): void {}
  setKeepAlive(): void {}
  startTls(_context: TlsContext, _serverName: string, _unread: Buffer): void {}

  #goOut(length: number, copy: Buffer): void {
    this.sent += length;
    if (this.keep) this.#out.push(copy);
  }
}
