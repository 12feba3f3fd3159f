import type { Policy, Verdict } from 'couplet/policies';

/** A policy that gives its verdicts when the check says so. */
export class Slow implements Policy {
  readonly admitsLater: boolean;
  readonly verdicts: ((verdict: Verdict) => void)[] = [];
  readonly #asked: (() => void)[] = [];

  constructor(admitsLater = true) {
    this.admitsLater = admitsLater;
  }

  filter(): Promise<Verdict> {
    for (const resolve of this.#asked.splice(0)) resolve();
    return new Promise((resolve) => this.verdicts.push(resolve));
  }

  /** Resolves when that number of verdicts is awaited. */
  async asked(count: number): Promise<void> {
    while (this.verdicts.length < count) await new Promise<void>((resolve) => this.#asked.push(resolve));
  }

  answer(verdict?: Verdict): void {
    for (const resolve of this.verdicts.splice(0)) resolve(verdict);
  }
}
