import type { Clock, DelayedCall } from 'couplet';

/** What a watchdog needs. */
export interface WatchdogOptions {
  readonly clock: Clock;
  /** How long the service manager waits for a sign of life, in milliseconds. */
  readonly periodMs: number;
  /** Whether every slot has answered lately, or is within the time that it may take to start. */
  readonly well: () => boolean;
  /** Gives a sign of life. */
  readonly beat: () => void;
}

/**
 * Tells the service manager that all is well, at once and then twice within its time, for as long as all is. While something is not, it
 * says nothing: when that lasts, the service manager ends the supervisor.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #next: DelayedCall | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Begins. */
  start(): void {
    this.#next?.cancel();
    this.#turn();
  }

  /** Ends. A further call does nothing. */
  stop(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }

  #turn(): void {
    const { clock, periodMs, well, beat } = this.#options;
    this.#next = clock.callLater(periodMs / 2, () => this.#turn());
    if (well()) beat();
  }
}
