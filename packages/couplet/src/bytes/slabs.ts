import { ROOM, Slab } from './slab.ts';

/**
 * Lends one slab to one user after the other, since most give it back at the end of the event in which they took it. While it is lent
 * others get a slab of their own, which grows.
 */
export class Slabs {
  readonly #released: ((bytes: Buffer) => void) | undefined;
  #slab: Slab | undefined;
  #user: object | undefined;

  /** `released` gets bytes of the slab that are not used any more, and may overwrite them. */
  constructor(released?: (bytes: Buffer) => void) {
    this.#released = released;
  }

  /** Returns a slab with room for that many bytes, at most 64 KiB: the one that is lent, or a new one. `giveBack` has to follow. */
  take(user: object, size: number): Slab {
    this.#user ??= user;
    if (this.#user !== user) return new Slab();
    this.#slab ??= new Slab(Buffer.allocUnsafeSlow(ROOM));
    return this.#slab.room >= size ? this.#slab : new Slab();
  }

  /** The user needs its slabs no more, except that some bytes may be `kept`: they must not be overwritten. */
  giveBack(user: object, kept: boolean): void {
    if (this.#user !== user) return;
    this.#user = undefined;
    const used = this.#slab?.clear();
    if (kept) this.#slab = undefined;
    else if (used !== undefined) this.#released?.(used);
  }
}
