import type { Clock, DelayedCall } from 'couplet';
import type { Log } from '../log/log.ts';
import { messageOf } from '../values/error-words.ts';
import type { Bus, Subscriber, Subscription } from './bus.ts';
import type { RedisConnection } from './redis-client.ts';
import type { Connect } from './redis-link.ts';
import { RedisLink } from './redis-link.ts';
import { checkMessage, Topics } from './topics.ts';
import { within } from './within.ts';

/** How often the connection is tried, and how long it may take for an answer, in milliseconds. */
const PING_MS = 2000;
const PONG_MS = 1000;
/** How many bytes that Redis has not acknowledged wait at most. */
const MOST_WAITING = 8 * 1024 * 1024;
/** What a message that waits costs beside its bytes. */
const OVERHEAD = 512;

/** What a bus over Redis needs. */
export interface RedisBusOptions {
  readonly connect: Connect<RedisConnection>;
  /** What the names of its channels begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A bus over the channels of Redis, on a connection of its own. While that is gone, or Redis has not taken 8 MiB of messages, what is
 * published is dropped.
 */
export class RedisBus implements Bus {
  dropped = 0;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #topics: Topics;
  readonly #link: RedisLink<RedisConnection>;
  #waiting = 0;
  #interrupted = false;
  #ping: DelayedCall | undefined;

  constructor({ connect, prefix, clock, log }: RedisBusOptions) {
    this.#prefix = prefix;
    this.#clock = clock;
    this.#topics = new Topics(clock, (topic, on) => this.#changed(topic, on));
    this.#link = new RedisLink({
      connect,
      begin: (connection) => this.#begin(connection),
      ended: () => this.#ended(),
      clock,
      log,
      event: 'bus',
    });
  }

  /** Connects. Resolves when there is a connection, or the first attempt has failed. */
  open(): Promise<void> {
    return this.#link.open();
  }

  publish(topic: string, message: Uint8Array | string): void {
    const bytes = checkMessage(topic, message);
    const { connection } = this.#link;
    const size = bytes.length + OVERHEAD;
    if (connection === undefined || this.#waiting + size > MOST_WAITING) {
      this.dropped += 1;
      return;
    }
    this.#waiting += size;
    connection
      .send(['PUBLISH', this.#prefix + topic, bytes])
      .catch((error: unknown) => {
        this.dropped += 1;
        this.#fail(connection, error);
      })
      .finally(() => {
        this.#waiting -= size;
      });
  }

  subscribe(topic: string, subscriber: Subscriber | ((bytes: Uint8Array) => void)): Subscription {
    return this.#topics.subscribe(topic, subscriber);
  }

  async close(): Promise<void> {
    this.#ping?.cancel();
    this.#link.close();
    this.#topics.close();
  }

  async #begin(connection: RedisConnection): Promise<void> {
    const subscribed = new Set<string>();
    // Topics may be added while those that there are are subscribed to.
    for (let more = [...this.#topics.names]; more.length > 0; ) {
      await Promise.all(more.map((topic) => this.#listen(connection, topic)));
      for (const topic of more) subscribed.add(topic);
      more = [...this.#topics.names].filter((topic) => !subscribed.has(topic));
    }
    this.#pingLater(connection);
    if (this.#interrupted) this.#topics.interrupted();
    this.#interrupted = false;
  }

  #listen(connection: RedisConnection, topic: string): Promise<void> {
    return connection.subscribe(this.#prefix + topic, (bytes) => this.#topics.deliver(topic, bytes));
  }

  #changed(topic: string, on: boolean): void {
    const { connection } = this.#link;
    if (connection === undefined) return;
    const done = on ? this.#listen(connection, topic) : connection.unsubscribe(this.#prefix + topic);
    done.catch((error: unknown) => this.#fail(connection, error));
  }

  #ended(): void {
    this.#ping?.cancel();
    this.#interrupted = true;
  }

  #pingLater(connection: RedisConnection): void {
    this.#ping = this.#clock.callLater(PING_MS, () => {
      within(this.#clock, PONG_MS, connection.send(['PING'])).then(
        () => {
          if (this.#link.connection === connection) this.#pingLater(connection);
        },
        (error: unknown) => this.#fail(connection, error),
      );
    });
  }

  #fail(connection: RedisConnection, error: unknown): void {
    if (this.#link.connection === connection) this.#link.fail(messageOf(error));
  }
}
