import type { Reach } from './fleet-messages.ts';

/** Forwards messages between the workers of one supervisor. A worker that does not keep up misses messages, and is told when it does. */
export class BusHub<W extends object> {
  /** How many messages were left out. */
  dropped = 0;
  readonly #reach: Reach<W>;
  readonly #subscribers: Map<string, Set<W>> = new Map();
  /** Those that have missed a message. */
  readonly #behind: Set<W> = new Set();
  /** Those that have ended: what they have said before may come after their end. */
  readonly #ended: WeakSet<W> = new WeakSet();

  constructor(reach: Reach<W>) {
    this.#reach = reach;
  }

  /** Begins or ends the subscription of a worker. */
  subscribe(worker: W, topic: string, on: boolean): void {
    const workers = this.#subscribers.get(topic);
    if (on && !this.#ended.has(worker)) {
      if (workers === undefined) this.#subscribers.set(topic, new Set([worker]));
      else workers.add(worker);
    } else if (!on && workers?.delete(worker) && workers.size === 0) this.#subscribers.delete(topic);
  }

  /** Forwards a message to those that subscribe to its topic, in base64 as it came. */
  publish(topic: string, base64: string): void {
    for (const worker of this.#subscribers.get(topic) ?? []) {
      this.catchUp(worker);
      if (!this.#behind.has(worker) && !this.#reach.full(worker)) {
        this.#reach.send(worker, { kind: 'message', topic, base64 });
      } else {
        this.#behind.add(worker);
        this.dropped += 1;
      }
    }
  }

  /** Tells a worker that it has missed messages, if it has and can be reached again. */
  catchUp(worker: W): void {
    if (!this.#behind.has(worker) || this.#reach.full(worker)) return;
    this.#behind.delete(worker);
    this.#reach.send(worker, { kind: 'interrupted' });
  }

  /** Ends all subscriptions of a worker: its process has ended. */
  forget(worker: W): void {
    this.#ended.add(worker);
    this.#behind.delete(worker);
    for (const topic of [...this.#subscribers.keys()]) this.subscribe(worker, topic, false);
  }
}
