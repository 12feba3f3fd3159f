/**
 * A random number generator that gives the same numbers for the same seed, on every runtime (sfc32, seeded with a hash of the
 * text). Its numbers can be guessed: they are for tests, not for secrets.
 */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` may be any text, the empty one included. */
  constructor(seed: string) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
    this.#a = hash;
    this.#b = Math.imul(hash, 0x9e3779b1) ^ seed.length;
    this.#c = ~hash;
    for (let turn = 0; turn < 15; turn += 1) this.random();
  }

  /** Returns a number of at least 0 and less than 1. */
  random(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** Returns a whole number from `least` to `most`, both included. Both must be whole numbers, `most` not below `least`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** Returns a number of at least `least` and less than `most`, with fractions. */
  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  /** Returns true with the given probability: never for 0, always for 1. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** Returns one of the given choices, each with the same probability. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }
}
