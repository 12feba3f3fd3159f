import { type BackOff, type BackOffOptions, backOffOf, nextDelay } from '../time/back-off.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { ClientFactory } from './client-factory.ts';
import type { Connector } from './connector.ts';
import { UserAbortError } from './errors.ts';
import type { Result } from './protocol.ts';

/** How a `ReconnectingClientFactory` waits between its attempts. */
export interface ReconnectOptions extends BackOffOptions {
  /** How many attempts follow a failure before it gives up; no limit unless set. */
  maxRetries?: number;
}

/**
 * A client factory that connects again when an attempt fails or the connection is lost, waiting longer each time. Call
 * `resetDelay` once a connection has proved good (after a login, say), and `stopTrying` for good.
 */
export class ReconnectingClientFactory extends ClientFactory implements BackOff {
  initialDelayMs: number;
  factor: number;
  maxDelayMs: number;
  jitter: 'full' | 'none';
  maxRetries: number;
  /** The upper bound of the next wait. */
  delayMs: number;
  /** How many attempts were made since the last `resetDelay`. */
  retries = 0;
  #clock: Clock | undefined;
  /** The connectors of this factory, each with the call that waits to try again. */
  readonly #waiting: Map<Connector, DelayedCall | undefined> = new Map();
  #trying = true;

  /** Throws a `RangeError` for a negative delay or a factor below 1, a `TypeError` for another jitter. */
  constructor(options: ReconnectOptions = {}) {
    super();
    const { initialDelayMs, factor, maxDelayMs, jitter, delayMs } = backOffOf(options);
    this.initialDelayMs = initialDelayMs;
    this.factor = factor;
    this.maxDelayMs = maxDelayMs;
    this.jitter = jitter;
    this.delayMs = delayMs;
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

  /** Tries again, unless this program itself cancelled the attempt, or has nothing to build. */
  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.#waiting.delete(connector);
    if (reason instanceof TypeError) return;
    if (!(reason instanceof UserAbortError)) this.retry(connector);
  }

  override clientConnectionLost(connector: Connector, _reason: Error): void {
    this.#waiting.delete(connector);
    this.retry(connector);
  }

  /** Connects again after the present delay, unless `stopTrying` was called or `maxRetries` are used up. */
  retry(connector: Connector): void {
    if (!this.#trying || this.#clock === undefined || this.retries >= this.maxRetries) return;
    if (this.#waiting.get(connector) !== undefined) return;
    this.retries += 1;
    const delayMs = nextDelay(this, this.#clock);
    this.#waiting.set(
      connector,
      this.#clock.callLater(delayMs, () => {
        this.#waiting.delete(connector);
        connector.connect();
      }),
    );
  }

  /** Begins again with the initial delay and no retries counted. */
  resetDelay(): void {
    this.delayMs = this.initialDelayMs;
    this.retries = 0;
  }

  /** Makes no further attempt, and cancels one that waits or is under way. An open connection lives on. */
  stopTrying(): void {
    this.#trying = false;
    for (const [connector, call] of this.#waiting) {
      call?.cancel();
      if (connector.state === 'connecting') connector.stopConnecting();
    }
    this.#waiting.clear();
  }
}
