import type { Duplex } from 'node:stream';
import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { DONE } from './cause.ts';
import { ClearWire } from './clear-wire.ts';
import { refuses } from './reading-life.ts';

const NAME: SocketName = { family: 'PIPE' };
const OVER: Cause = { kind: 'reset', code: 'EPIPE', detail: 'the stream has ended in both directions' };
/** How long a stream may take, in milliseconds, to end its input after its output, and to take what it was given before it is closed. */
const PARTING_MS = 1000;

/** A stream of the program's own as a wire. It holds a chunk until its callback, and never another one. */
export class DuplexWire extends ClearWire<Duplex> implements Wire {
  readonly local: SocketName;
  readonly peer: SocketName;
  /** False if both directions end with the first. */
  readonly #halfOpen: boolean;
  #inputOver = false;

  constructor(stream: Duplex, local: SocketName = NAME, peer: SocketName = NAME) {
    // Like a UNIX socket it has no resets, and no kernel to be asked for them.
    super(stream, '');
    this.local = local;
    this.peer = peer;
    this.#halfOpen = stream.allowHalfOpen;
    // A stream that was paused before it was adopted is read now.
    this.take('resume');
  }

  protected override get endIsDoubtful(): boolean {
    return false;
  }

  override attach(sink: Sink): void {
    super.attach(sink);
    if (this.state === 'flowing') this.stream.resume();
  }

  write(chunk: Uint8Array): boolean {
    if (this.tls !== undefined) return this.tls.write(chunk);
    if (refuses(this.state)) return false;
    const { stream } = this;
    if (stream.writableEnded) this.take('refused', OVER);
    else if (!stream.destroyed) stream.write(chunk, this.#written);
    return false;
  }

  readonly #written = (error?: Error | null): void => {
    if (error === undefined || error === null) this.drained();
  };

  end(): void {
    if (this.tls !== undefined) this.tls.end();
    else if (this.#halfOpen) this.stream.end();
    else this.#endBoth();
  }

  override ended(): void {
    if (this.#inputOver) return;
    this.#inputOver = true;
    this.take('fin');
    if (!this.#halfOpen) this.stream.end();
  }

  /** Its end may be known only by this: then it was lost, unless both directions had ended, or had to. */
  override closed(): void {
    const { stream, state } = this;
    if (state === 'gone') return;
    const inOrder = stream.writableFinished && (stream.readableEnded || !this.#halfOpen);
    this.take(this.cause === DONE && !inOrder ? 'lost' : 'closed');
  }

  /** Ends the output, and the input with it: what still arrives is thrown away. */
  #endBoth(): void {
    const { stream } = this;
    this.ignoreInput();
    const over = (): void => {
      clearTimeout(late);
      this.ended();
    };
    let late: NodeJS.Timeout | undefined;
    stream.once('end', over);
    stream.once('finish', () => {
      late = setTimeout(over, PARTING_MS);
    });
    stream.once('close', () => clearTimeout(late));
    stream.end();
    stream.resume();
  }

  protected override part(): void {
    const { stream } = this;
    if (stream.writableFinished || stream.destroyed) {
      this.cut();
      return;
    }
    const late = setTimeout(() => this.cut(), PARTING_MS);
    stream.once('close', () => clearTimeout(late));
    stream.once('finish', () => this.cut());
    stream.end();
    stream.resume();
  }

  protected override cut(): void {
    this.stream.destroy();
    // Not each stream tells that it is closed.
    setImmediate(() => this.closed());
  }

  protected override reset(): void {
    this.cut();
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
}
