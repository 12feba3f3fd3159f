import type { Duplex } from 'node:stream';
import type { TlsContext } from '../../seam/tls.ts';
import type { Sink } from '../../seam/wire.ts';
import { NodeTlsContext } from '../tls/context.ts';
import { TlsWire } from '../tls/tls-wire.ts';
import type { ReadingState } from './reading-life.ts';
import { StreamWire } from './stream-wire.ts';

/** A stream that is in clear until `startTls`, and is read and written by a `TlsWire` from then on. */
export abstract class ClearWire<S extends Duplex> extends StreamWire<S> {
  /** Reads and writes the stream since `startTls`. */
  protected tls: TlsWire | undefined;

  /** One that was accepted unread stays so until the first `resume`. */
  constructor(stream: S, path: string | undefined, state: ReadingState = stream.isPaused() ? 'paused' : 'flowing') {
    super(stream, path, state);
  }

  protected override get raw(): S {
    return this.stream;
  }

  /** The one that reads and writes now. */
  #present(): StreamWire | this {
    return this.tls ?? this;
  }

  override attach(sink: Sink): void {
    if (this.tls === undefined) super.attach(sink);
    else this.tls.attach(sink);
  }

  get copies(): boolean {
    return this.tls?.copies ?? false;
  }

  close(): void {
    this.#present().take('close');
  }

  abort(): void {
    this.#present().take('abort');
  }

  pause(): void {
    this.#present().take('pause');
  }

  resume(): void {
    this.#present().take('resume');
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    if (!(context instanceof NodeTlsContext)) throw new TypeError('the TLS context belongs to another backend');
    const { state, stream } = this;
    this.take('startTls');
    if (this.state !== 'handed') return;
    this.ignore();
    stream.pause();
    // TLS reads first what the stream holds.
    if (unread.length > 0) stream.unshift(unread);
    this.tls = new TlsWire(stream, context.secure(stream, serverName), this.path, state);
    if (this.sink !== undefined) this.tls.attach(this.sink);
  }
}
