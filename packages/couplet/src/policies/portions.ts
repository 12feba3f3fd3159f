import { Filter } from '../filters/filter.ts';
import type { Cause } from '../seam/cause.ts';

/** A filter that hands chunks down in portions. To what is above it is a wire that holds the chunk until all of it is through. */
export class Portions extends Filter {
  /** What of the present chunk is not handed down. */
  #rest: Uint8Array | undefined;
  #failed = false;

  override get copies(): boolean {
    return this.#rest === undefined && super.copies;
  }

  override get unsent(): number | undefined {
    const below = super.unsent;
    return below === undefined ? undefined : below + (this.#rest?.length ?? 0);
  }

  /** How many of so many bytes may go now; 0 when it has to wait, and then somebody calls `proceed`. */
  portion(left: number): number {
    return left;
  }

  /** The waiting is over. */
  proceed(): void {
    if (!this.#failed && this.#pour()) super.onWritable();
  }

  override write(chunk: Uint8Array): boolean {
    this.#rest = chunk;
    return this.#pour();
  }

  override onWritable(): void {
    this.proceed();
  }

  override onWriteFailed(cause: Cause): void {
    this.#failed = true;
    this.#rest = undefined;
    super.onWriteFailed(cause);
  }

  /** Hands down what may go; true when nothing is left and nothing is held below. */
  #pour(): boolean {
    while (this.#rest !== undefined) {
      const rest = this.#rest;
      const size = this.portion(rest.length);
      if (size === 0) return false;
      this.#rest = size < rest.length ? rest.subarray(size) : undefined;
      if (!super.write(size < rest.length ? rest.subarray(0, size) : rest)) return false;
    }
    return true;
  }
}
