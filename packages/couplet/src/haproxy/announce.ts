import { Filter } from '../filters/filter.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { Wire } from '../seam/wire.ts';
import { encodeProxyHeader } from './encode.ts';

/**
 * Writes a header first on a new wire, and returns the wire to go on with: the same one, or, if the kernel did not take the
 * header at once, a filter on it that waits for that. Throws a `RangeError` if the header cannot be written.
 */
export function announce(wire: Wire, header: ProxyHeader): Wire {
  return wire.write(encodeProxyHeader(header)) ? wire : new Announcement(wire);
}

/** Keeps what is written behind the header while the wire still holds the header. */
class Announcement extends Filter {
  #waiting = true;
  #chunk: Uint8Array | undefined;
  #ending = false;
  #securing: Parameters<Wire['startTls']> | undefined;

  override get copies(): boolean {
    return !this.#waiting && super.copies;
  }

  override write(chunk: Uint8Array): boolean {
    if (!this.#waiting) return super.write(chunk);
    this.#chunk = chunk;
    return false;
  }

  override end(): void {
    if (this.#waiting) this.#ending = true;
    else super.end();
  }

  override startTls(...handshake: Parameters<Wire['startTls']>): void {
    if (this.#waiting) this.#securing = handshake;
    else super.startTls(...handshake);
  }

  /** It is the wire of the connection, and goes with that. */
  override abandon(): void {}

  override onWritable(): void {
    if (!this.#waiting) {
      super.onWritable();
      return;
    }
    this.#waiting = false;
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (this.#securing !== undefined) super.startTls(...this.#securing);
    else if (this.#ending) super.end();
    else if (chunk !== undefined && super.write(chunk)) super.onWritable();
  }
}
