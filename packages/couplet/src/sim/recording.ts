/** So many lines of a trace are kept to be compared; what is different behind them has no line to show. */
const KEPT = 200_000;

/** The lines of one trace, and the first in which another one is different. */
export class Recording {
  readonly #lines: string[] = [];
  #count = 0;
  #at = 0;
  #difference: readonly string[] | undefined;

  /** The trace that is kept has one line more. */
  record(line: string): void {
    this.#count += 1;
    if (this.#count <= KEPT) this.#lines.push(line);
  }

  /** The other trace has one line more. */
  compare(line: string): void {
    const known = this.#lines[this.#at];
    this.#at += 1;
    if (this.#at <= KEPT && line !== known) this.#differ(known, line);
  }

  /** What is different, a line each, once the other trace has ended; empty when no line that is kept is. */
  difference(): readonly string[] {
    if (this.#at < this.#count && this.#at < KEPT) this.#differ(this.#lines[this.#at], undefined);
    return this.#difference ?? [];
  }

  #differ(known: string | undefined, other: string | undefined): void {
    this.#difference ??= [
      `the first line of the trace that differs is number ${other === undefined ? this.#at + 1 : this.#at}:`,
      `once: ${known ?? '(the trace has ended)'}`,
      `then: ${other ?? '(the trace has ended)'}`,
    ];
  }
}
