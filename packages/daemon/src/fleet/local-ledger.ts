import type { Answer } from 'couplet/policies';
import { Counts } from './counts.ts';
import type { WatchedLedger } from './watched-ledger.ts';
import { noDecisions } from './watched-ledger.ts';

/** A ledger for the limits of one process. It answers at once, and is never away. */
export class LocalLedger implements WatchedLedger {
  readonly up: boolean = true;
  readonly decisions: Record<Answer, number> = noDecisions();
  readonly #counts: Counts = new Counts();

  acquire(key: string, max: number): Answer {
    const answer = this.#counts.of(key) < max ? 'granted' : 'refused';
    if (answer === 'granted') this.#counts.add(key, 1);
    this.decisions[answer] += 1;
    return answer;
  }

  release(key: string): void {
    this.#counts.add(key, -1);
  }

  /** How many places under that key are taken. */
  held(key: string): number {
    return this.#counts.of(key);
  }
}
