import { Filter } from '../filters/filter.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';

/** The place of a connection in a limit: `release` is called once, when the connection has closed. */
export class Slot extends Filter {
  readonly #release: () => void;

  constructor(wire: Wire, release: () => void) {
    super(wire);
    this.#release = release;
  }

  override onClosed(cause: Cause): void {
    super.onClosed(cause);
    this.#release();
  }
}
