import type { Clock } from 'couplet';
import type { Subscriber, Subscription } from './bus.ts';

/** How many bytes a message has at most. */
const MESSAGE_BYTES = 65_536;
/** How many characters a topic has at most. */
const TOPIC_CHARACTERS = 256;

/** Throws a `RangeError` if a topic is too long. */
export function checkTopic(topic: string): void {
  if (topic.length > TOPIC_CHARACTERS)
    throw new RangeError(`the topic has ${topic.length} characters, and may have ${TOPIC_CHARACTERS}`);
}

/** Returns a copy of the message. Throws a `RangeError` if it or its topic is too long. */
export function checkMessage(topic: string, message: Uint8Array | string): Buffer {
  checkTopic(topic);
  const bytes = typeof message === 'string' ? Buffer.from(message) : Buffer.copyBytesFrom(message);
  if (bytes.length > MESSAGE_BYTES)
    throw new RangeError(`the message has ${bytes.length} bytes, and may have ${MESSAGE_BYTES}`);
  return bytes;
}

/** The subscribers of one process, by topic. */
export class Topics {
  readonly #clock: Clock;
  readonly #changed: (topic: string, on: boolean) => void;
  readonly #subscribers: Map<string, Set<Subscriber>> = new Map();

  /** Calls `changed` when a topic has its first subscriber, and when it has none any more. */
  constructor(clock: Clock, changed: (topic: string, on: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The topics that have subscribers. */
  get names(): Iterable<string> {
    return this.#subscribers.keys();
  }

  subscribe(topic: string, subscriber: Subscriber | ((bytes: Uint8Array) => void)): Subscription {
    checkTopic(topic);
    // Each subscription is an entry of its own, also of one subscriber.
    const entry: Subscriber =
      typeof subscriber === 'function'
        ? { message: subscriber }
        : {
            message: (bytes) => subscriber.message(bytes),
            interrupted: () => subscriber.interrupted?.(),
          };
    const entries = this.#subscribers.get(topic);
    if (entries !== undefined) entries.add(entry);
    else {
      this.#subscribers.set(topic, new Set([entry]));
      this.#changed(topic, true);
    }
    return { end: () => this.#end(topic, entry) };
  }

  /** Hands a message to the subscribers of a topic, a copy to each. */
  deliver(topic: string, bytes: Uint8Array): void {
    for (const entry of [...(this.#subscribers.get(topic) ?? [])])
      this.#call(topic, 'message', () => entry.message(Uint8Array.from(bytes)));
  }

  /** Tells all subscribers that they may have missed messages. */
  interrupted(): void {
    for (const [topic, entries] of [...this.#subscribers]) {
      for (const entry of [...entries]) this.#call(topic, 'interrupted', () => entry.interrupted?.());
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const [topic, entries] of [...this.#subscribers]) for (const entry of [...entries]) this.#end(topic, entry);
  }

  #end(topic: string, entry: Subscriber): void {
    const entries = this.#subscribers.get(topic);
    if (entries === undefined || !entries.delete(entry) || entries.size > 0) return;
    this.#subscribers.delete(topic);
    this.#changed(topic, false);
  }

  /** A subscriber that fails must not keep the others from the message. */
  #call(topic: string, where: string, call: () => unknown): void {
    const failed = (error: unknown): void => {
      this.#clock.report?.({ who: `the subscriber of ${JSON.stringify(topic)}`, where, error });
    };
    try {
      // It may return a promise despite its type.
      const result = call();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
