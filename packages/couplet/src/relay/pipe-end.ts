import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { ConnectError, ConnectionDone } from '../protocol/errors.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import type { DialOptions } from '../reactor/options.ts';

/** How the far end of a pipe is connected: bounds and timeout. It is cancelled when the near end goes. */
export type PipeOptions = Omit<DialOptions, 'signal'>;

/**
 * One of the two connections of a pipe: what arrives at one leaves at the other. Each is the producer of the other, so
 * neither is read faster than the other is taken; an end of input, an orderly end and a reset are carried across.
 */
export class PipeEnd<F = AnyFactory> extends Protocol<F> {
  #other: Transport | undefined;
  /** Cancels the attempt to connect the far end. */
  #attempt: AbortController | undefined;

  /**
   * Connects the far end; until the pipe stands, nothing more is read from this end. `failed` is called with the reason when
   * that is impossible.
   */
  protected reach(endpoint: ClientEndpoint, options: PipeOptions, failed: (reason: ConnectError) => void): void {
    const { transport } = this;
    this.#attempt = new AbortController();
    // A callback's promise would hold `connectionLost` up, which cancels the attempt.
    transport.pauseProducing();
    endpoint.connect(new FarEnd(this), { ...options, signal: this.#attempt.signal }).catch((error) => {
      if (!(error instanceof ConnectError)) transport.failConnection(error);
      // An end that has gone itself cancelled the attempt.
      else if (!transport.disconnected) failed(error);
    });
  }

  /** The far end is connected: joins the two. */
  reached(far: PipeEnd): void {
    this.#attempt = undefined;
    this.#other = far.transport;
    this.transport.resumeProducing();
    far.#other = this.transport;
    this.transport.registerProducer(far.transport, true);
    far.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): Result {
    this.#other?.write(data);
  }

  override readConnectionLost(): void {
    if (this.#other === undefined) this.transport.loseConnection();
    else {
      // A registered producer would hold the end of output back.
      this.#other.unregisterProducer();
      this.#other.loseWriteConnection();
    }
  }

  override connectionLost(reason: Error): void {
    this.#attempt?.abort();
    if (reason instanceof ConnectionDone) {
      this.#other?.unregisterProducer();
      this.#other?.loseConnection();
    } else this.#other?.abortConnection(reason);
  }
}

/** The end that is connected for the sake of another one. */
class FarEnd extends PipeEnd {
  readonly #near: Pick<PipeEnd, 'reached'>;

  constructor(near: Pick<PipeEnd, 'reached'>) {
    super();
    this.#near = near;
  }

  override connectionMade(): void {
    this.#near.reached(this);
  }
}
