import type { Present } from './presence.ts';

/** Knows who is there in the workers of one supervisor. */
export class PresenceHub<W extends object> {
  readonly #nameOf: (worker: W) => string;
  readonly #topics: Map<string, Map<W, Map<number, string>>> = new Map();
  /** Those that have ended: what they have said before may come after their end. */
  readonly #ended: WeakSet<W> = new WeakSet();

  /** `nameOf` returns what a worker is called in lists. */
  constructor(nameOf: (worker: W) => string) {
    this.#nameOf = nameOf;
  }

  /** Notes that one has joined in a worker, which has numbered it. */
  join(worker: W, id: number, topic: string, payload: string): void {
    if (this.#ended.has(worker)) return;
    const workers = this.#topics.get(topic) ?? new Map<W, Map<number, string>>();
    const members = workers.get(worker) ?? new Map<number, string>();
    this.#topics.set(topic, workers.set(worker, members.set(id, payload)));
  }

  /** Notes that the one with that number has left. */
  leave(worker: W, id: number, topic: string): void {
    const members = this.#topics.get(topic)?.get(worker);
    members?.delete(id);
    if (members?.size === 0) this.#drop(worker, topic);
  }

  /** Notes that the process of a worker has ended: all in it have left. */
  forget(worker: W): void {
    this.#ended.add(worker);
    for (const topic of [...this.#topics.keys()]) this.#drop(worker, topic);
  }

  /** All that are there. */
  list(topic: string): Present[] {
    const present: Present[] = [];
    for (const [worker, members] of this.#topics.get(topic) ?? []) {
      const node = this.#nameOf(worker);
      for (const payload of members.values()) present.push({ node, payload });
    }
    return present;
  }

  #drop(worker: W, topic: string): void {
    const workers = this.#topics.get(topic);
    workers?.delete(worker);
    if (workers?.size === 0) this.#topics.delete(topic);
  }
}
