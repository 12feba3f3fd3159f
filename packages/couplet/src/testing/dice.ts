/** Numbers that look like chance, and are the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919;
  }

  /** A number of at least 0 and less than 1. */
  random(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from 0 to `sides` - 1. */
  roll(sides: number): number {
    return Math.floor(this.random() * sides);
  }
}
