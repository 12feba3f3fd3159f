/** A producer that is asked for each piece of data: a pull producer. */
export interface PullProducer {
  /**
   * Called whenever the consumer has sent everything: has to write some data, now or later, or to unregister. For a streaming
   * producer it means that it may go on.
   */
  resumeProducing(): void;
  /** Called when the consumer is gone: the producer must not write any more. It need not unregister. */
  stopProducing(): void;
}

/** A producer that writes whenever it has data, until it is told to pause: a streaming producer. */
export interface Producer extends PullProducer {
  /**
   * Called when more than 64 KiB are queued: the producer should not write until `resumeProducing`. This is the only callback
   * that runs inside a call on the transport, the `write` that exceeds the limit. It must not call the transport.
   */
  pauseProducing(): void;
}

/** Something that data can be written to, and that controls the speed of its producer, such as a transport. */
export interface Consumer {
  /**
   * Takes data; a string is encoded in UTF-8. Bytes are not copied, and must not change until they are sent. Returns false if the
   * consumer holds more than it wants to. Throws a `TypeError` for anything else than bytes or a string.
   */
  write(data: Uint8Array | string): boolean;
  /**
   * Registers the producer of the output. A streaming producer (`streaming` is true) writes until it is paused, a pull producer
   * (`streaming` is false) is asked for each piece; any write counts as its answer. Until it unregisters, the connection does not
   * close in order, whether this side or the peer asked for that, since the producer may have more to send. So a
   * transport that is the producer of another one, as in a proxy, has to be unregistered in `readConnectionLost`. If the
   * connection is gone already, the producer is told to stop.
   *
   * Throws an `Error` while a producer is registered, and a `TypeError` for a streaming producer without `pauseProducing`.
   */
  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  /**
   * Unregisters the producer, which has written everything: a close that waits for it goes on. Does nothing if none is
   * registered.
   */
  unregisterProducer(): void;
}
