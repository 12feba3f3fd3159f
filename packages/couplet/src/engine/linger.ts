import type { Clock, DelayedCall } from '../protocol/clock.ts';

/**
 * The wait for the peer's FIN after ours. It ends when nothing arrived for `idleMs`, and after `mostMs` in any case. Input
 * only moves a number; the one call looks at it when its time has come.
 */
export class Linger {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #end: number;
  readonly #over: () => void;
  #deadline: number;
  #call: DelayedCall;

  constructor(clock: Clock, idleMs: number, mostMs: number, over: () => void) {
    const now = clock.now();
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#end = now + mostMs;
    this.#over = over;
    this.#deadline = Math.min(now + idleMs, this.#end);
    this.#call = this.#wait(now);
  }

  /** Input arrived. */
  heard(): void {
    this.#deadline = Math.min(this.#clock.now() + this.#idleMs, this.#end);
  }

  cancel(): void {
    this.#call.cancel();
  }

  #wait(now: number): DelayedCall {
    return this.#clock.callLater(Math.max(0, this.#deadline - now), () => {
      const then = this.#clock.now();
      if (then >= this.#deadline) this.#over();
      else this.#call = this.#wait(then);
    });
  }
}
