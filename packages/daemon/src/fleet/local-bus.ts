import type { Clock } from 'couplet';
import type { Bus, Subscriber, Subscription } from './bus.ts';
import { checkMessage, Topics } from './topics.ts';

/** A bus within one process. It is never away. */
export class LocalBus implements Bus {
  readonly dropped: number = 0;
  readonly #clock: Clock;
  readonly #topics: Topics;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#topics = new Topics(clock, () => {});
  }

  publish(topic: string, message: Uint8Array | string): void {
    const bytes = checkMessage(topic, message);
    this.#clock.callLater(0, () => this.#topics.deliver(topic, bytes));
  }

  subscribe(topic: string, subscriber: Subscriber | ((bytes: Uint8Array) => void)): Subscription {
    return this.#topics.subscribe(topic, subscriber);
  }

  async close(): Promise<void> {
    this.#topics.close();
  }
}
