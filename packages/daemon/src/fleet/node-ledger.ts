import { Counts } from './counts.ts';

/**
 * Counts places for the workers of one supervisor. It knows which worker holds what, so that the death of a worker gives everything back
 * that it held. `W` tells workers apart; each process needs an object of its own, also when it takes the slot of another.
 */
export class NodeLedger<W extends object> {
  readonly #total: Counts = new Counts();
  readonly #byWorker: Map<W, Counts> = new Map();

  /** Those that have ended: what they have asked before may come after their end. */
  readonly #ended: WeakSet<W> = new WeakSet();

  /** Answers at once. A worker that was forgotten is refused. */
  acquire(worker: W, key: string, max: number): 'granted' | 'refused' {
    if (this.#total.of(key) >= max || this.#ended.has(worker)) return 'refused';
    let held = this.#byWorker.get(worker);
    if (held === undefined) {
      held = new Counts();
      this.#byWorker.set(worker, held);
    }
    held.add(key, 1);
    this.#total.add(key, 1);
    return 'granted';
  }

  /** Takes back a place. Does nothing if that worker does not hold one, as when it was forgotten. */
  release(worker: W, key: string): void {
    const held = this.#byWorker.get(worker);
    if (held === undefined || held.of(key) === 0) return;
    held.add(key, -1);
    this.#total.add(key, -1);
  }

  /** Takes back all that a worker held: its process has ended. */
  forget(worker: W): void {
    for (const [key, count] of this.#byWorker.get(worker) ?? []) this.#total.add(key, -count);
    this.#byWorker.delete(worker);
    this.#ended.add(worker);
  }

  /** How many places under that key are taken, by all workers. */
  held(key: string): number {
    return this.#total.of(key);
  }
}
