/** How many lines are kept, the last ones. */
const KEPT = 400;

/** What happened in a world, in lines, and a hash of them all. In two runs with equal hashes the same happened. */
export class Trace {
  readonly #last: string[] = [];
  #at = 0;
  #count = 0;
  #high = 0x811c9dc5;
  #low = 0x9e3779b1;
  /** Called with each line; undefined unless all lines are wanted. */
  listener: ((line: string) => void) | undefined;

  /** How many lines were added. */
  get count(): number {
    return this.#count;
  }

  /** The hash of all lines: sixteen hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** The last 400 lines, oldest first. */
  get last(): readonly string[] {
    return [...this.#last.slice(this.#at), ...this.#last.slice(0, this.#at)];
  }

  /** Adds a line. */
  add(line: string): void {
    this.#count += 1;
    for (let at = 0; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      this.#high = Math.imul(this.#high ^ code, 0x01000193);
      this.#low = Math.imul(this.#low, 31) + code;
    }
    this.#low = Math.imul(this.#low ^ (this.#low >>> 15), 0x2c1b3c6d);
    this.#last[this.#at] = line;
    this.#at = (this.#at + 1) % KEPT;
    this.listener?.(line);
  }
}
