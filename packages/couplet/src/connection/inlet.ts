import { EMPTY } from '../bytes/chunk.ts';
import type { Decoder } from '../framing/decoder.ts';
import { ConnectionDone, PortDraining } from '../protocol/errors.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { TLS } from '../protocol/tls.ts';
import { checkSignal } from '../values/checks.ts';
import type { Pull } from './pull.ts';
import { Chunks, FramePull } from './pull.ts';
import { ReadPull } from './reads.ts';

/** The reason of `peerEnded`, while the connection is there. */
const PEER_ENDED = 'the peer has ended its output';

/**
 * The protocol behind a `Connection`: it passes what arrives to the pull that waits. Bytes wait in the decoder of the last reader
 * and nowhere else. A chunk that arrives without a pull pauses the reading, and a pull that does not find a frame resumes it. So
 * a consumer that keeps up never pauses, and one that does not keep up slows its peer down.
 */
export class Inlet extends Protocol {
  /** Why the connection ended, once it is gone. */
  reason: Error | undefined;
  /** The decoder that holds the bytes; undefined until the first pull or the first chunk. */
  #decoder: Decoder<unknown> | undefined;
  #pull: Pull | undefined;
  /** Why no more bytes will come: the input is whole, or was cut for that reason. Undefined until then. */
  #end: 'whole' | Error | undefined;
  /** This side closed or aborted: what has arrived is dropped. */
  #left = false;
  #closed: Promise<Error> | undefined;
  #close: (reason: Error) => void = () => {};
  #secured: (secured: boolean) => void = () => {};
  /** What the program asked for, to learn of a drain; or that of which it did not ask to learn yet. */
  #drain: AbortController | PortDraining | undefined;

  /** Resolves to the reason once the connection is gone. */
  get closed(): Promise<Error> {
    const { reason } = this;
    this.#closed ??= new Promise((resolve) => {
      if (reason === undefined) this.#close = resolve;
      else resolve(reason);
    });
    return this.#closed;
  }

  /**
   * Returns the next frame that this decoder finds in the stream, behind the frames that other decoders found. Rejects for bytes
   * that cannot become a frame, and with the reason once the connection was cut. Throws an `Error` while another pull waits.
   */
  pull<Frame>(decoder: Decoder<Frame>): Promise<IteratorResult<Frame, undefined>> {
    this.#expectNoPull();
    try {
      const value = this.#left ? undefined : this.#turnTo(decoder).next();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    } catch (error) {
      const failed = Promise.reject(error);
      failed.catch(() => {});
      return failed;
    }
    const pull = new FramePull(decoder);
    this.#wait(pull);
    return pull.promise;
  }

  /**
   * Returns one frame of this decoder, as `pull` does, but rejects with an `IncompleteReadError` at the end of the input, and with the
   * reason of the signal when that is aborted: what has arrived is left to the next decoder then.
   */
  read<Frame>(decoder: Decoder<Frame>, signal: AbortSignal | undefined): Promise<Frame> {
    checkSignal(signal);
    this.#expectNoPull();
    const pull = new ReadPull(decoder);
    if (signal?.aborted === true) pull.reject(signal.reason);
    else if (this.#left || !this.#found(pull, decoder)) {
      this.#wait(pull);
      if (signal !== undefined && this.#pull === pull) this.#heed(signal, pull);
    }
    return pull.promise;
  }

  /** Closes in order; a pull that waits ends without a frame. */
  close(): void {
    this.#left = true;
    this.#finish('whole');
    this.transport.loseConnection();
  }

  /** Ends the connection at once, for that reason. */
  abort(reason: Error | undefined): void {
    this.#left = true;
    this.transport.abortConnection(reason);
  }

  override dataReceived(chunk: Buffer): void {
    this.#decoder ??= new Chunks();
    this.#decoder.push(chunk);
    if (this.#pull === undefined) this.transport.pauseProducing();
    else if (this.#pull.settle()) this.#pull = undefined;
  }

  /** Starts TLS. Resolves to true when the handshake is done, to false once the connection is gone. */
  startTLS(tls: TLS): Promise<boolean> {
    this.transport.startTLS(tls);
    if (this.reason !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#secured = resolve;
    });
  }

  override handshakeCompleted(): void {
    this.#secured(true);
  }

  /** Aborted when the port of the connection drains. */
  get drainSignal(): AbortSignal {
    if (this.#drain instanceof AbortController) return this.#drain.signal;
    const controller = new AbortController();
    if (this.#drain !== undefined) controller.abort(this.#drain);
    this.#drain = controller;
    return controller.signal;
  }

  /** Aborted when the peer has ended its output, or the connection is gone. */
  get peerEnded(): AbortSignal {
    const known = peerEnds.get(this);
    if (known !== undefined) return known.signal;
    const controller = new AbortController();
    peerEnds.set(this, controller);
    if (this.reason !== undefined) controller.abort(this.reason);
    else if (this.#end !== undefined && !this.#left) controller.abort(new ConnectionDone(PEER_ENDED));
    return controller.signal;
  }

  override draining(leftMs: number): void {
    const why = new PortDraining(leftMs);
    if (this.#drain instanceof AbortController) this.#drain.abort(why);
    else this.#drain = why;
  }

  override takeUnread(): Buffer {
    return this.#decoder?.rest() ?? EMPTY;
  }

  override readConnectionLost(): void {
    this.#finish('whole');
    peerEnds.get(this)?.abort(new ConnectionDone(PEER_ENDED));
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.#finish(reason instanceof ConnectionDone ? 'whole' : reason);
    this.#secured(false);
    this.#close(reason);
    peerEnds.get(this)?.abort(reason);
  }

  /** Gives the decoder what the one before it did not use. */
  #turnTo<Frame>(decoder: Decoder<Frame>): Decoder<Frame> {
    if (this.#decoder !== decoder) {
      const rest = this.#decoder?.rest();
      if (rest !== undefined && rest.length > 0) decoder.push(rest);
      this.#decoder = decoder;
    }
    return decoder;
  }

  #wait(pull: Pull): void {
    if (this.#end !== undefined) this.#settle(pull, this.#end);
    else {
      this.#pull = pull;
      if (this.transport.paused) this.transport.resumeProducing();
    }
  }

  #finish(end: 'whole' | Error): void {
    this.#end ??= end;
    const pull = this.#pull;
    this.#pull = undefined;
    if (pull !== undefined) this.#settle(pull, this.#end);
  }

  #settle(pull: Pull, end: 'whole' | Error): void {
    if (end !== 'whole') pull.end(end, 0);
    else pull.end(undefined, this.#left ? 0 : (this.#decoder?.held ?? 0));
  }

  #expectNoPull(): void {
    if (this.#pull !== undefined)
      throw new Error('the connection is being read already: only one read may wait at a time');
  }

  /** Turns to a decoder, and settles its pull if the frame is there. */
  #found<Frame>(pull: Pull, decoder: Decoder<Frame>): boolean {
    this.#turnTo(decoder);
    return pull.settle();
  }

  /** Ends the pull when the signal is aborted. */
  #heed<Frame>(signal: AbortSignal, pull: ReadPull<Frame>): void {
    const abort = (): void => {
      if (this.#pull !== pull) return;
      this.#pull = undefined;
      pull.reject(signal.reason);
    };
    const leave = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    pull.promise.then(leave, leave);
  }
}

/** The signals that programs asked for, which come with the end of the peer's output. Most ask for none. */
const peerEnds: WeakMap<Inlet, AbortController> = new WeakMap();
