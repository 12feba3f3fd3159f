import type { Clock } from 'couplet';
import type { Bus, Subscriber, Subscription } from './bus.ts';
import type { Tell } from './fleet-messages.ts';
import { checkMessage, Topics } from './topics.ts';

/**
 * The bus of a worker whose supervisor forwards, with a `BusHub`. What is published while much waits to be sent to the supervisor is
 * dropped.
 */
export class SupervisorBus implements Bus {
  dropped = 0;
  readonly #send: Tell;
  readonly #full: () => boolean;
  readonly #topics: Topics;
  #lost = false;

  /** `full` says whether so much waits that messages have to be left out. */
  constructor(send: Tell, full: () => boolean, clock: Clock) {
    this.#send = send;
    this.#full = full;
    this.#topics = new Topics(clock, (topic, on) => {
      if (!this.#lost) send({ kind: 'subscribe', topic, on });
    });
  }

  publish(topic: string, message: Uint8Array | string): void {
    const bytes = checkMessage(topic, message);
    if (this.#lost || this.#full()) this.dropped += 1;
    else this.#send({ kind: 'publish', topic, base64: bytes.toString('base64') });
  }

  subscribe(topic: string, subscriber: Subscriber | ((bytes: Uint8Array) => void)): Subscription {
    return this.#topics.subscribe(topic, subscriber);
  }

  /** Takes a message from the supervisor. */
  message(topic: string, base64: string): void {
    this.#topics.deliver(topic, Buffer.from(base64, 'base64'));
  }

  /** Notes that the supervisor has left out messages. */
  interrupted(): void {
    this.#topics.interrupted();
  }

  /** Notes that the supervisor is gone for good: what is published is dropped from now on. */
  lost(): void {
    this.#lost = true;
  }

  async close(): Promise<void> {
    this.#topics.close();
  }
}
