import { isAtLeast } from '../values/checks.ts';

/** Throws a `RangeError` that names the option unless it is a whole number in that range. */
export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} is ${value}, not a whole number from ${least} to ${most}`);
}

/** Throws a `RangeError` that names the option unless it is a finite number above 0. */
export function checkAboveZero(name: string, value: number): void {
  if (!(isAtLeast(0, value) && value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name} is ${value}, not a finite number above 0`);
  }
}
