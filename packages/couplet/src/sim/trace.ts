/** How many of the last lines are kept. */
const KEPT = 400;

/** What happened, a line each, and a hash of all of it. Two runs with the same hash did the same. */
export class Trace {
  readonly #last: string[] = [];
  #at = 0;
  #count = 0;
  #high = 0x811c9dc5;
  #low = 0x9e3779b1;
  /** Hears each line, where somebody wants them all. */
  listener: ((line: string) => void) | undefined;

  /** How many lines there were. */
  get count(): number {
    return this.#count;
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** The last lines, oldest first. */
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
