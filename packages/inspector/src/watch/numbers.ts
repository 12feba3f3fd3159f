/** Rounds to tenths, so that a frame is short. */
export function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
