import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { Reading } from './header.ts';
import { ProxyHeaderError } from './header.ts';
import { readVersion1 } from './version1.ts';
import { readVersion2 } from './version2.ts';

/** The first byte of a line of version 1; version 2 begins with another one. */
const P = 0x50;
/** How many bytes the first look needs: they say how long a header of version 2 is. */
const FIRST = 16;
/** Room for most headers. */
const ROOM = 128;

/**
 * Reads the PROXY header at the beginning of a connection, of either version, however the bytes are divided into chunks. It
 * keeps copies of at most `maxHeaderBytes`, and allocates nothing for bytes that are only announced. Each byte is copied a
 * bounded number of times.
 */
export class ProxyDecoder {
  /** The header or the error, once that is certain. The TLVs are views of a buffer that belongs to the header only. */
  outcome: ProxyHeader | ProxyHeaderError | undefined;
  readonly #maxHeaderBytes: number;
  #bytes: Buffer = Buffer.alloc(ROOM);
  /** How many bytes there are, and how many to look at next at most. */
  #size = 0;
  #wanted = FIRST;

  /** A header of version 2 that is longer is refused. One of version 1 has at most 107 bytes anyway. */
  constructor(maxHeaderBytes: number) {
    this.#maxHeaderBytes = maxHeaderBytes;
  }

  /** Takes the next bytes. Returns how many of them belong to the header. */
  push(chunk: Uint8Array): number {
    let taken = 0;
    while (this.outcome === undefined && taken < chunk.length) {
      taken += this.#keep(chunk.subarray(taken, taken + this.#wanted - this.#size));
      taken -= this.#look();
    }
    return taken;
  }

  #keep(part: Uint8Array): number {
    const size = this.#size + part.length;
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#size);
    this.#size = size;
    return part.length;
  }

  /** Looks at the bytes so far. Returns how many of them are behind the header. */
  #look(): number {
    try {
      const reading = this.#read(this.#bytes.subarray(0, this.#size));
      if (typeof reading === 'number') this.#wanted = reading;
      else {
        this.outcome = reading.header;
        return this.#size - reading.length;
      }
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      this.outcome = error;
    }
    return 0;
  }

  #read(bytes: Buffer): Reading {
    return bytes[0] === P ? readVersion1(bytes) : readVersion2(bytes, this.#maxHeaderBytes);
  }
}
