/** Throws a `RangeError` for what cannot be the most bytes of a frame: above all for NaN, which would limit nothing. */
export function checkLimit(maxLength: number): void {
  if (!(maxLength >= 0)) throw new RangeError(`a maxLength of ${maxLength} is not a number of at least 0`);
}
