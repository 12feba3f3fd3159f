import { type BackOff, type BackOffOptions, backOffOf, nextDelay } from '../time/back-off.ts';
import { type Clock, type DelayedCall, reportTo, retryLater } from '../time/clock.ts';
import { ClientFactory } from './client-factory.ts';
import type { Connector } from './connector.ts';
import { UserAbortError } from './errors.ts';
import type { Result } from './protocol.ts';

/** Options of `ReconnectingClientFactory`: how it waits between its attempts, and how many it makes. */
export interface ReconnectOptions extends BackOffOptions {
  /** How many attempts may follow a failure or a lost connection until `resetDelay`; no limit unless set. */
  maxRetries?: number;
}

/**
 * A client factory that connects again if an attempt fails or the connection is lost, and waits longer each time. Call
 * `resetDelay` once a connection has proved good, for instance after a login, and `stopTrying` to give up. It may serve several
 * connectors, which share the delay and the number of retries.
 */
export class ReconnectingClientFactory extends ClientFactory implements BackOff {
  /** The upper bound of the first wait, in milliseconds. May be changed; counts from the next `resetDelay` on. */
  initialDelayMs: number;
  /** The factor by which the bound grows after each wait; at least 1. May be changed. */
  factor: number;
  /** The most that the bound can become, in milliseconds. May be changed. */
  maxDelayMs: number;
  /** `full`: each wait is a random part of its bound. `none`: each wait lasts as long as its bound. May be changed. */
  jitter: 'full' | 'none';
  /** How many attempts may follow a failure or a lost connection until `resetDelay`. May be changed. */
  maxRetries: number;
  /** The upper bound of the next wait, in milliseconds. */
  delayMs: number;
  /** Says how long to wait, in milliseconds, after a number of failures, in place of the delays above. May be changed. */
  retryPolicy: ((failures: number) => number) | undefined;
  /** How many attempts were made since the last `resetDelay`. */
  retries = 0;
  #clock: Clock | undefined;
  /** The connectors that are not connected, each with the delayed call that will try again. */
  readonly #waiting: Map<Connector, DelayedCall | undefined> = new Map();
  #trying = true;

  /**
   * Throws a `RangeError` if a delay is not a number of at least 0 or the factor is not a number of at least 1, and a `TypeError`
   * if `jitter` is neither `full` nor `none`, or `retryPolicy` is not a function.
   */
  constructor(options: ReconnectOptions = {}) {
    super();
    const { initialDelayMs, factor, maxDelayMs, jitter, delayMs, retryPolicy } = backOffOf(options);
    this.initialDelayMs = initialDelayMs;
    this.factor = factor;
    this.maxDelayMs = maxDelayMs;
    this.jitter = jitter;
    this.delayMs = delayMs;
    this.retryPolicy = retryPolicy;
    this.maxRetries = options.maxRetries ?? Number.POSITIVE_INFINITY;
  }

  override doStart(reactor: Clock): Result {
    this.#clock = reactor;
    return super.doStart(reactor);
  }

  override startedConnecting(connector: Connector): void {
    this.#waiting.get(connector)?.cancel();
    this.#waiting.set(connector, undefined);
  }

  /**
   * Calls `retry`, unless the reason is a `UserAbortError` (this program cancelled the attempt) or a `TypeError` (this factory
   * cannot build a protocol). An override should call it.
   */
  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.#waiting.delete(connector);
    if (reason instanceof TypeError) return;
    if (!(reason instanceof UserAbortError)) this.retry(connector);
  }

  override clientConnectionLost(connector: Connector, _reason: Error): void {
    this.#waiting.delete(connector);
    this.retry(connector);
  }

  /**
   * Connects again after the present delay, and raises the delay. Does nothing after `stopTrying`, after `maxRetries` attempts,
   * or if an attempt of this connector waits already. If `retryPolicy` ends the attempts, that is a `stopTrying`.
   */
  retry(connector: Connector): void {
    if (!this.#trying || this.#clock === undefined || this.retries >= this.maxRetries) return;
    if (this.#waiting.get(connector) !== undefined) return;
    this.retries += 1;
    const delayMs = this.#nextDelay(this.#clock);
    if (delayMs === Number.POSITIVE_INFINITY) {
      this.stopTrying();
      return;
    }
    this.#waiting.set(
      connector,
      retryLater(this.#clock, delayMs, connector, () => {
        this.#waiting.delete(connector);
        connector.connect();
      }),
    );
  }

  /** Sets the delay to the initial one, and the number of retries to 0. Call it once a connection has proved good. */
  resetDelay(): void {
    this.delayMs = this.initialDelayMs;
    this.retries = 0;
  }

  /**
   * Ends the attempts for good: cancels one that waits or is in progress, and makes no further ones. A cancelled attempt ends
   * with a `UserAbortError`. An open connection is not closed.
   */
  stopTrying(): void {
    this.#trying = false;
    for (const [connector, call] of this.#waiting) {
      call?.cancel();
      if (connector.state === 'connecting') connector.stopConnecting();
    }
    this.#waiting.clear();
  }

  /** Returns how long to wait; `Infinity` if no attempt is to follow. What `retryPolicy` did wrong is reported. */
  #nextDelay(clock: Clock): number {
    try {
      return nextDelay(this, clock, this.retries).delayMs;
    } catch (error) {
      reportTo(clock, { who: this.logPrefix(), where: 'retryPolicy', error });
      return Number.POSITIVE_INFINITY;
    }
  }
}
