import type { Answer, Ledger } from 'couplet/policies';
import type { Stage } from './stage.ts';

/** Counts places for a limit, and answers late. */
export class LateLedger implements Ledger {
  /** How many places are granted. */
  granted = 0;
  /** How many questions are not answered yet. */
  open = 0;
  /** How many came back that were not. */
  faults = 0;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async acquire(_key: string, most: number): Promise<Answer> {
    this.open += 1;
    await this.#stage.pass(this.granted % 3);
    this.open -= 1;
    if (this.granted >= most) return 'refused';
    this.granted += 1;
    return 'granted';
  }

  release(): void {
    if (this.granted === 0) this.faults += 1;
    else this.granted -= 1;
  }
}
