/** Something that a consumer can stop. */
export interface PullProducer {
  /** Write some data, or unregister: asked whenever the consumer has sent everything. */
  resumeProducing(): void;
  /** The consumer is gone: produce nothing more. */
  stopProducing(): void;
}

/** A producer that writes on its own account until it is told to pause: a streaming producer. */
export interface Producer extends PullProducer {
  /**
   * Stop writing until `resumeProducing`. The one callback that runs inside a call on the transport: inside the `write`
   * that crosses the high-water mark. It may not call the transport.
   */
  pauseProducing(): void;
}

/** Something that takes data and regulates who produces it. */
export interface Consumer {
  /** Takes data; false once there is more than the consumer wants to hold. */
  write(data: Uint8Array | string): boolean;
  /**
   * Puts a producer in charge of the output. A streaming producer (`streaming` true) writes until it is paused, a pull
   * producer is asked for each piece: a write answers it, whoever makes it. While it is registered the connection does not close
   * in order, whoever asked for that, the peer included: it may have more to send. So a transport that is the producer of
   * another one, as in a proxy, has to be unregistered in `readConnectionLost`. Throws an `Error` while another one is registered.
   */
  registerProducer(producer: Producer, streaming: true): void;
  registerProducer(producer: PullProducer, streaming: false): void;
  /** Ends the producer's charge. Does nothing when there is none. */
  unregisterProducer(): void;
}
