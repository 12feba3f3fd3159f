/** How many lines of a trace are kept for the comparison; a difference after them is reported without a line. */
const KEPT = 200_000;

/** The lines of one trace, and the first one in which another trace differs. */
export class Recording {
  readonly #lines: string[] = [];
  #count = 0;
  #at = 0;
  #difference: readonly string[] | undefined;

  /** Adds a line of the trace that is kept. */
  record(line: string): void {
    this.#count += 1;
    if (this.#count <= KEPT) this.#lines.push(line);
  }

  /** Compares the next line of the other trace. */
  compare(line: string): void {
    const known = this.#lines[this.#at];
    this.#at += 1;
    if (this.#at <= KEPT && line !== known) this.#differ(known, line);
  }

  /** The difference, in lines, once the other trace has ended; empty if the lines that are kept are equal. */
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
