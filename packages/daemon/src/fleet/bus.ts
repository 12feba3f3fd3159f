/** What `subscribe` returns: `end` stops the messages. */
export interface Subscription {
  /** Ends the subscription. A further call does nothing. */
  end(): void;
}

/** What a subscriber is told of. */
export interface Subscriber {
  /** Called with each message. The bytes are the subscriber's to keep. */
  message(bytes: Uint8Array): void;
  /** Called when messages may have been missed: the bus was away, and is back. */
  interrupted?(): void;
}

/**
 * Carries messages to the subscribers of a topic in all processes of an application, at most once each. A publisher never waits: while
 * the bus is away, what is published is dropped and counted. A subscriber in the publishing process receives it as well, in a later turn.
 * What a subscriber throws or rejects with is reported to the observers of the reactor. Topics have at most 256 characters.
 */
export interface Bus {
  /**
   * Publishes a message of at most 65,536 bytes; text is sent as UTF-8. The bytes may change after the call. Throws a `RangeError` if the
   * topic or the message is too long.
   */
  publish(topic: string, bytes: Uint8Array | string): void;
  /** Subscribes to a topic. Throws a `RangeError` if the topic is too long. */
  subscribe(topic: string, subscriber: Subscriber | ((bytes: Uint8Array) => void)): Subscription;
  /** How many messages were dropped because the bus was away. */
  readonly dropped: number;
  /** Ends all subscriptions, and releases what it holds. */
  close(): Promise<void>;
}
