/** Maps times to pixels. */
export class Scale {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
  readonly #perMs: number;

  constructor(from: number, to: number, left: number, right: number) {
    this.from = from;
    this.to = Math.max(to, from + 0.001);
    this.left = left;
    this.right = right;
    this.#perMs = (right - left) / (this.to - from);
  }

  /** Where a time is, which may be outside. */
  x(ms: number): number {
    return this.left + (ms - this.from) * this.#perMs;
  }

  /** Where a time is, or the end next to it. */
  inside(ms: number): number {
    return Math.min(this.right, Math.max(this.left, this.x(ms)));
  }

  /** Round times, at least that many pixels apart. */
  ticks(distance: number): number[] {
    const step = roundStep(distance / this.#perMs);
    const ticks: number[] = [];
    for (let at = Math.ceil(this.from / step - 1e-6); at * step <= this.to; at += 1) ticks.push(at * step);
    return ticks;
  }
}

/** 1, 2 or 5 times a power of ten: the least one that is not below. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}
