import { Filter } from '../filters/filter.ts';
import type { Cause } from '../seam/cause.ts';

/** A filter that passes chunks down in portions. To the filter above it is a wire that holds a chunk until all of it has passed. */
export class Portions extends Filter {
  /** The part of the present chunk that has not been passed down. */
  #rest: Uint8Array | undefined;
  #failed = false;

  override get copies(): boolean {
    return this.#rest === undefined && super.copies;
  }

  override get unsent(): number | undefined {
    const below = super.unsent;
    return below === undefined ? undefined : below + (this.#rest?.length ?? 0);
  }

  /** How many of the `left` bytes may pass now. With 0 they wait, and the subclass has to call `proceed` later. */
  portion(left: number): number {
    return left;
  }

  /** Continues after a wait. */
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

  /** Passes down what may pass. Returns true if nothing is left, and nothing is held below. */
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
