import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { KernelSocket } from '../seam/kernel.ts';
import type { TlsContext, TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';

/** What is above a filter: a sink, and a connection tells what its protocol holds. */
interface Above extends Sink {
  readonly heldBytes?: number;
}

/** What is above a filter that was abandoned. */
const NOTHING: Above = {
  onData() {},
  onEof() {},
  onWritable() {},
  onWriteFailed() {},
  onSecured: () => NOTHING,
  onClosed() {},
};

/**
 * Stands between a wire and an engine: it is the wire of what is above it, and the sink of what is below. It passes on every call as it
 * is; a subclass overrides the methods of the calls that it wants to see or change, and keeps the rules of `Wire` and `Sink` on both
 * sides: above all, none of its methods throws. Filters stack: the wire of one may be another.
 */
export class Filter implements Wire, Sink {
  readonly #wire: Wire;
  #sink: Above | undefined;

  /** Makes a filter on a wire, which may be a filter as well. It passes on nothing until a sink is attached. */
  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /**
   * Sets what is above this filter, and attaches this filter to the one below, if there is one. Returns the lowest filter of the stack,
   * which is what the bare wire calls. The engine calls it, on the topmost filter.
   */
  attach(sink: Sink): Sink {
    this.#sink = sink;
    return this.#wire instanceof Filter ? this.#wire.attach(this) : this;
  }

  /**
   * Calls `onClosed` with this cause on this filter and on each one below, because their connection was refused or has ended before a
   * sink was attached. Does nothing on a filter that was abandoned already. Throws what `onClosed` throws, once all have been told.
   */
  abandon(cause: Cause): void {
    if (this.#sink === NOTHING) return;
    this.#sink = NOTHING;
    try {
      this.onClosed(cause);
    } finally {
      if (this.#wire instanceof Filter) this.#wire.abandon(cause);
    }
  }

  /**
   * When this filter last held back bytes that could have gone on, in milliseconds on the reactor's clock: the present time while it
   * does, `-Infinity` if it never did. A filter that delays bytes overrides it, so that no idle timeout counts the delay.
   */
  get delayedUntil(): number {
    return Number.NEGATIVE_INFINITY;
  }

  /** The latest `delayedUntil` of all filters on this wire, above and below this one. */
  get stackDelayedUntil(): number {
    let latest = Number.NEGATIVE_INFINITY;
    let below: Sink | Wire = this;
    for (; below instanceof Filter; below = below.#wire) latest = Math.max(latest, below.delayedUntil);
    for (let above = this.#sink; above instanceof Filter; above = above.#sink) {
      latest = Math.max(latest, above.delayedUntil);
    }
    return latest;
  }

  /** For how many milliseconds no byte has moved; undefined unless the filter keeps that. */
  get idleMs(): number | undefined {
    return undefined;
  }

  /** The `idleMs` of this filter or, if it keeps none, of the next one below that does. */
  get stackIdleMs(): number | undefined {
    const { idleMs } = this;
    return idleMs === undefined && this.#wire instanceof Filter ? this.#wire.stackIdleMs : idleMs;
  }

  /**
   * How many bytes the protocol above has received and holds, because their message is not whole yet or was not delivered: its
   * `heldBytes`. 0 for a protocol that does not tell, and once it gets nothing more.
   */
  get heldBytes(): number {
    return this.#sink?.heldBytes ?? 0;
  }

  /** Whether this filter, or one below it, bounds how fast receivers pass messages on. */
  get pacesMessages(): boolean {
    return this.#wire instanceof Filter && this.#wire.pacesMessages;
  }

  /**
   * Called by a receiver of lines, strings or frames before it passes a message on, if `pacesMessages` is true. Returns a promise that
   * resolves when the message may be passed on, or undefined if that is now.
   */
  messageWait(): Promise<void> | undefined {
    return this.#wire instanceof Filter ? this.#wire.messageWait() : undefined;
  }

  /** Called by the receiver when it has passed a message on. */
  messagePassed(): void {
    if (this.#wire instanceof Filter) this.#wire.messagePassed();
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

  get kernel(): KernelSocket | undefined {
    return this.#wire.kernel;
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

  /** Called once, after every other call, also on a filter that was abandoned: here a policy takes back what it counted. */
  onClosed(cause: Cause): void {
    this.#sink?.onClosed(cause);
  }
}
