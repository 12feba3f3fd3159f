import type { ClientEndpoint } from '../endpoints/client-endpoints.ts';
import { ConnectError, ConnectionDone } from '../protocol/errors.ts';
import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import type { DialOptions } from '../reactor/options.ts';

/** Options of the connection to the far end of a pipe. Its attempt is cancelled when the near end is gone. */
export type PipeOptions = Omit<DialOptions, 'signal'>;

/**
 * One of the two connections of a pipe: what arrives at one is sent at the other. Each is the producer of the other, so that
 * neither is read faster than the peer of the other takes it. An end of input, an orderly close and a reset of one end happen to
 * the other too.
 */
export class PipeEnd<F = AnyFactory> extends Protocol<F> {
  #other: Transport | undefined;
  /** Cancels the attempt to connect the far end. */
  #attempt: AbortController | undefined;

  /**
   * Connects the far end through `endpoint`. Reading from this end is paused until the two are joined. `failed` is called with the
   * reason if the attempt fails, unless this end is gone, which cancels the attempt.
   */
  protected reach(endpoint: ClientEndpoint, options: PipeOptions, failed: (reason: ConnectError) => void): void {
    const { transport } = this;
    this.#attempt = new AbortController();
    // The promise of a callback would delay `connectionLost`, which cancels the attempt.
    transport.pauseProducing();
    endpoint.connect(new FarEnd(this), { ...options, signal: this.#attempt.signal }).catch((error) => {
      if (!(error instanceof ConnectError)) transport.failConnection(error);
      // If this end is gone, it cancelled the attempt itself.
      else if (!transport.disconnected) failed(error);
    });
  }

  /** Called when the far end is connected: joins the two ends. */
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

/** The end that is connected on behalf of a near end. */
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
