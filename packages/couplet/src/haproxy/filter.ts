import { addressOf } from '../address/address.ts';
import { EMPTY } from '../bytes/chunk.ts';
import { Filter } from '../filters/filter.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { ProxyDecoder } from './decoder.ts';
import { ProxyHeaderError } from './header.ts';
import type { ProxyTerms } from './options.ts';

/** What comes of a wire that is to begin with a PROXY header: one of the two, once. */
export interface Arrival {
  /**
   * The header is whole, and the wire has the names that it announces. Returns who gets what follows (the wire itself, when
   * something is attached to it already), or null to have it closed. What arrived behind the header comes to that sink
   * first, unless it turned to TLS.
   */
  accepted(wire: ProxyFilter, header: ProxyHeader): Sink | null;
  /** There is no header that counts. Told when the wire is gone. */
  refused(reason: ProxyHeaderError): void;
}

/**
 * Stands on a wire that a proxy opened: reads the header first, and from then on is the wire of the connection that the header
 * announces. While it waits, `close` ends it like anything else that goes wrong.
 */
export class ProxyFilter extends Filter {
  readonly #clock: Clock;
  readonly #arrival: Arrival;
  readonly #deadline: DelayedCall;
  /** As long as the header is awaited. */
  #decoder: ProxyDecoder | undefined;
  #header: ProxyHeader | undefined;
  /** Why there will be none. */
  #reason: ProxyHeaderError | undefined;
  /** What arrived behind the header and nobody has yet. */
  #unread: Buffer = EMPTY;
  #paused = false;
  /** Reading goes on with what is unread. */
  #resuming: DelayedCall | undefined;

  /**
   * Takes a new wire, whose sink it is then. Null for one whose peer is not trusted: `refused` is told, and the wire is to be
   * closed without a word.
   */
  static receive(wire: Wire, clock: Clock, terms: ProxyTerms, arrival: Arrival): ProxyFilter | null {
    const { peer } = wire;
    if (terms.trusted.has(peer)) return new ProxyFilter(wire, clock, terms, arrival);
    arrival.refused(new ProxyHeaderError(`${addressOf(peer).authority} is not trusted to send one`));
    return null;
  }

  private constructor(wire: Wire, clock: Clock, { headerTimeoutMs, maxHeaderBytes }: ProxyTerms, arrival: Arrival) {
    super(wire);
    this.#clock = clock;
    this.#arrival = arrival;
    this.#decoder = new ProxyDecoder(maxHeaderBytes);
    this.#deadline = clock.callLater(headerTimeoutMs, () =>
      this.#refuse(new ProxyHeaderError(`it is not whole after ${headerTimeoutMs} ms`)),
    );
  }

  override get local(): SocketName | undefined {
    return this.#header?.destination ?? super.local;
  }

  override get peer(): SocketName | undefined {
    return this.#header?.source ?? super.peer;
  }

  #takeUnread(): Buffer {
    const unread = this.#unread;
    this.#unread = EMPTY;
    return unread;
  }

  /** What arrived behind the header belongs to the handshake. */
  override startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    super.startTls(context, serverName, Buffer.concat([unread, this.#takeUnread()]));
  }

  override onData(chunk: Buffer): void {
    const decoder = this.#decoder;
    if (decoder === undefined) {
      super.onData(chunk);
      return;
    }
    const taken = decoder.push(chunk);
    const { outcome } = decoder;
    if (outcome instanceof ProxyHeaderError) this.#refuse(outcome);
    else if (outcome !== undefined) this.#accept(outcome, chunk.subarray(taken));
  }

  override onEof(): void {
    if (this.#decoder === undefined) super.onEof();
    else this.#refuse(new ProxyHeaderError('the peer closed before it was whole'));
  }

  override onClosed(cause: Cause): void {
    this.#forget();
    if (this.#header !== undefined) super.onClosed(cause);
    else
      this.#arrival.refused(
        this.#reason ?? new ProxyHeaderError('the connection ended before it was whole', { cause }),
      );
  }

  override pause(): void {
    this.#paused = true;
    this.#resuming?.cancel();
    this.#resuming = undefined;
    super.pause();
  }

  override resume(): void {
    this.#paused = false;
    if (this.#unread.length === 0) super.resume();
    else this.#resuming ??= this.#clock.callLater(0, () => this.#goOn());
  }

  override close(): void {
    if (this.#decoder === undefined) this.#end();
    else this.#refuse(new ProxyHeaderError('this side closed before it was whole'));
  }

  override abort(): void {
    this.#forget();
    super.abort();
  }

  #accept(header: ProxyHeader, unread: Buffer): void {
    this.#decoder = undefined;
    this.#deadline.cancel();
    this.#header = header;
    this.#unread = unread;
    const sink = this.#arrival.accepted(this, header);
    if (sink === null) this.#end();
    else if (sink !== this) this.attach(sink);
    this.#deliver();
  }

  /** What is unread goes up, unless it has to wait. */
  #deliver(): void {
    if (this.#paused || this.#unread.length === 0) return;
    super.onData(this.#takeUnread());
  }

  /** The wire first, which says nothing before this returns: the sink may pause it again. */
  #goOn(): void {
    this.#resuming = undefined;
    super.resume();
    this.#deliver();
  }

  /** Nobody stands above yet: what still arrives is for nobody. */
  #refuse(reason: ProxyHeaderError): void {
    this.#decoder = undefined;
    this.#reason = reason;
    this.#end();
  }

  #end(): void {
    this.#forget();
    super.close();
  }

  /** Nothing waits any longer, for time or for the sink. */
  #forget(): void {
    this.#deadline.cancel();
    this.#resuming?.cancel();
    this.#resuming = undefined;
    this.#unread = EMPTY;
  }
}
