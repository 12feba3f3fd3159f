import { ClientFactory } from './client-factory.ts';
import type { Clock, DelayedCall } from './clock.ts';
import type { Connector } from './connector.ts';
import { UserAbortError } from './errors.ts';
import type { Result } from './protocol.ts';

/** How a `ReconnectingClientFactory` waits between its attempts. */
export interface ReconnectOptions {
  /** The first delay; 1,000 unless set. */
  initialDelayMs?: number;
  /** What each further delay is multiplied by; 1.5 unless set. */
  factor?: number;
  /** The longest delay; 60,000 unless set. */
  maxDelayMs?: number;
  /** `full`: each wait is a random part of the delay, so that clients of a restarted server do not return all at once. */
  jitter?: 'full' | 'none';
  /** How many attempts follow a failure before it gives up; no limit unless set. */
  maxRetries?: number;
}

/**
 * A client factory that connects again when an attempt fails or the connection is lost, waiting longer each time. Call
 * `resetDelay` once a connection has proved good (after a login, say), and `stopTrying` for good.
 */
export class ReconnectingClientFactory extends ClientFactory {
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

  /** Throws a `RangeError` for a negative delay or a factor below 1. */
  constructor(options: ReconnectOptions = {}) {
    super();
    this.initialDelayMs = options.initialDelayMs ?? 1000;
    this.factor = options.factor ?? 1.5;
    this.maxDelayMs = options.maxDelayMs ?? 60_000;
    this.jitter = options.jitter ?? 'full';
    this.maxRetries = options.maxRetries ?? Number.POSITIVE_INFINITY;
    if (!(this.initialDelayMs >= 0)) throw new RangeError(`initialDelayMs is ${this.initialDelayMs}, not 0 or more`);
    if (!(this.maxDelayMs >= 0)) throw new RangeError(`maxDelayMs is ${this.maxDelayMs}, not 0 or more`);
    if (!(this.factor >= 1)) throw new RangeError(`factor is ${this.factor}, not 1 or more`);
    this.delayMs = this.initialDelayMs;
  }

  override doStart(reactor: Clock): Result {
    this.#clock = reactor;
    return super.doStart(reactor);
  }

  override startedConnecting(connector: Connector): void {
    this.#waiting.get(connector)?.cancel();
    this.#waiting.set(connector, undefined);
  }

  /** Tries again, unless this program itself cancelled the attempt. */
  override clientConnectionFailed(connector: Connector, reason: Error): void {
    this.#waiting.delete(connector);
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
    const bound = Math.min(this.delayMs, this.maxDelayMs);
    this.delayMs = Math.min(this.delayMs * this.factor, this.maxDelayMs);
    const delayMs = this.jitter === 'full' ? this.#clock.random() * bound : bound;
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
