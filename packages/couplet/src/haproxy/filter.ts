import { addressOf } from '../address/address.ts';
import { EMPTY } from '../bytes/chunk.ts';
import { Filter } from '../filters/filter.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/streams.ts';
import type { TlsContext } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { ProxyDecoder } from './decoder.ts';
import { ProxyHeaderError } from './header.ts';
import { type ProxyOptions, type ProxyTerms, termsOf } from './options.ts';

/** Reads the headers of a port's connections. */
export class ProxyReader {
  readonly #terms: ProxyTerms;

  /** Throws a `RangeError` that names the option or the network if one is out of range or malformed. */
  constructor(options: ProxyOptions) {
    this.#terms = termsOf(options);
  }

  /** Returns a filter that reads the header of a new wire, or an error if its peer is not trusted to send one. */
  read(wire: Wire, clock: Clock, settled: Settled<ProxyHeader, Error>): ProxyFilter | ProxyHeaderError {
    const { peer } = wire;
    if (this.#terms.trusted.has(peer)) return new ProxyFilter(wire, clock, this.#terms, settled);
    return new ProxyHeaderError(`${addressOf(peer).authority} is not trusted to send one`);
  }
}

/**
 * Stands on a wire that a proxy opened: reads the header first, and from then on is the wire of the connection that the header
 * announces. If there is no valid header, `onFailed` is called, which has to close the wire.
 */
export class ProxyFilter extends Filter {
  readonly #clock: Clock;
  readonly #settled: Settled<ProxyHeader, Error>;
  readonly #deadline: DelayedCall;
  /** Set while the header is awaited. */
  #decoder: ProxyDecoder | undefined;
  #header: ProxyHeader | undefined;
  /** Bytes that arrived behind the header and are not yet delivered. */
  #unread: Buffer = EMPTY;
  #paused = false;
  /** The turn in which the unread bytes are delivered, after a resume. */
  #resuming: DelayedCall | undefined;

  /**
   * `settled.onReady` gets the header when it is complete. It returns the sink for what follows, or the filter itself if a sink is
   * attached already, or null to have the wire closed. That sink is given first what arrived behind the header, unless it turned to TLS.
   */
  constructor(
    wire: Wire,
    clock: Clock,
    { headerTimeoutMs, maxHeaderBytes }: ProxyTerms,
    settled: Settled<ProxyHeader, Error>,
  ) {
    super(wire);
    this.#clock = clock;
    this.#settled = settled;
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

  /** Gives the bytes behind the header to the handshake. */
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
    else if (outcome !== undefined) {
      this.#decoder = undefined;
      this.#deadline.cancel();
      this.#header = outcome;
      this.#unread = chunk.subarray(taken);
      const sink = this.#settled.onReady(outcome);
      if (sink === null) this.close();
      else if (sink !== this) this.attach(sink);
      this.#deliver();
    }
  }

  override onEof(): void {
    if (this.#decoder === undefined) super.onEof();
    else this.#refuse(new ProxyHeaderError('the peer closed before it was whole'));
  }

  override onClosed(cause: Cause): void {
    this.#forget();
    if (this.#decoder !== undefined)
      this.#refuse(new ProxyHeaderError('the connection ended before it was whole', { cause }));
    super.onClosed(cause);
  }

  /** Does nothing: this filter belongs to the wire, not to a policy, and lasts as long as the connection. */
  override abandon(): void {}

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
    this.#decoder = undefined;
    this.#forget();
    super.close();
  }

  override abort(): void {
    this.#decoder = undefined;
    this.#forget();
    super.abort();
  }

  /** Delivers what is unread, unless reading is paused. */
  #deliver(): void {
    if (this.#paused || this.#unread.length === 0) return;
    super.onData(this.#takeUnread());
  }

  /** Resumes the wire first, which calls nothing before this returns: the sink may pause it again. */
  #goOn(): void {
    this.#resuming = undefined;
    super.resume();
    this.#deliver();
  }

  /** Reports why there is no header. What still arrives is passed on, to no sink. */
  #refuse(reason: ProxyHeaderError): void {
    this.#decoder = undefined;
    this.#deadline.cancel();
    this.#settled.onFailed(reason);
  }

  /** Cancels what is waited for, and drops the unread bytes. */
  #forget(): void {
    this.#deadline.cancel();
    this.#resuming?.cancel();
    this.#resuming = undefined;
    this.#unread = EMPTY;
  }
}
