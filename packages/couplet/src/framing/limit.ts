/** Throws a `RangeError` for what cannot be the most bytes of a frame: above all for NaN, which would limit nothing, and for digits in a string. */
export function checkLimit(maxLength: number): void {
  if (!(typeof maxLength === 'number' && maxLength >= 0))
    throw new RangeError(`a maxLength of ${maxLength} is not a number of at least 0`);
}
