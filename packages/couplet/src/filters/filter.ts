import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext, TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';

/** Who is above a filter that was abandoned. */
const NOBODY: Sink = {
  onData() {},
  onEof() {},
  onWritable() {},
  onWriteFailed() {},
  onSecured: () => NOBODY,
  onClosed() {},
};

/**
 * What stands between a wire and an engine: the wire to what is above it, the sink to what is below. It hands everything on;
 * a policy overrides what it wants to see or to change, and keeps to the rules of the seam on both sides. Filters stack.
 */
export class Filter implements Wire, Sink {
  readonly #wire: Wire;
  #sink: Sink | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Sets who is above, from the top of the stack down; returns the lowest filter, which is what the bare wire calls. */
  attach(sink: Sink): Sink {
    this.#sink = sink;
    return this.#wire instanceof Filter ? this.#wire.attach(this) : this;
  }

  /**
   * The connection came to nothing before anybody was attached: each filter of the stack hears that it closed. Once: one that was
   * abandoned already hears no more, nor do those below it.
   */
  abandon(cause: Cause): void {
    if (this.#sink === NOBODY) return;
    this.#sink = NOBODY;
    this.onClosed(cause);
    if (this.#wire instanceof Filter) this.#wire.abandon(cause);
  }

  /** Until when this filter itself kept bytes waiting that could go on: the present while it does, `-Infinity` before. */
  get delayedUntil(): number {
    return Number.NEGATIVE_INFINITY;
  }

  /** The same of the whole stack. */
  get stackDelayedUntil(): number {
    let latest = Number.NEGATIVE_INFINITY;
    let below: Sink | Wire = this;
    for (; below instanceof Filter; below = below.#wire) latest = Math.max(latest, below.delayedUntil);
    for (let above = this.#sink; above instanceof Filter; above = above.#sink) {
      latest = Math.max(latest, above.delayedUntil);
    }
    return latest;
  }

  get local(): SocketName | undefined {
    return this.#wire.local;
  }

  get peer(): SocketName | undefined {
    return this.#wire.peer;
  }

  get copies(): boolean {
    return this.#wire.copies;
  }

  get unsent(): number | undefined {
    return this.#wire.unsent;
  }

  write(chunk: Uint8Array): boolean {
    return this.#wire.write(chunk);
  }

  end(): void {
    this.#wire.end();
  }

  close(): void {
    this.#wire.close();
  }

  abort(): void {
    this.#wire.abort();
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  setNoDelay(on: boolean): void {
    this.#wire.setNoDelay(on);
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.#wire.setKeepAlive(on, initialDelayMs);
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    this.#wire.startTls(context, serverName, unread);
  }

  onData(chunk: Buffer): void {
    this.#sink?.onData(chunk);
  }

  onEof(): void {
    this.#sink?.onEof();
  }

  onWritable(): void {
    this.#sink?.onWritable();
  }

  onWriteFailed(cause: Cause): void {
    this.#sink?.onWriteFailed(cause);
  }

  onSecured(tls: TlsInfo): Sink {
    this.#sink = this.#sink?.onSecured(tls);
    return this;
  }

  /** Once, and last, whatever became of the connection: here a policy takes back what it counted. */
  onClosed(cause: Cause): void {
    this.#sink?.onClosed(cause);
  }
}
