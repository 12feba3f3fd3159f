import { TimeoutError } from '../protocol/errors.ts';
import type { Callbacks, Result } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import type { DelayedCall } from '../time/clock.ts';
import { checkAboveZero } from '../values/checks.ts';

/** A protocol that can be given a timeout: each extends `Protocol`. */
export interface Timeable extends Callbacks {
  /** This protocol's side of its connection. */
  readonly transport: Transport;
}

/** What `TimeoutMixin` adds to a protocol: a deadline for one phase of it. */
export interface PhaseTimeout {
  /**
   * Sets a deadline in `ms` milliseconds from now, above 0, in place of the one before; null ends it. Throws a `RangeError` for another
   * number. Call it once the protocol is connected. Does nothing once the connection is gone.
   */
  setTimeout(ms: number | null): void;
  /** Moves the deadline as far from now as it was set: the peer has done something. Does nothing without a deadline. */
  resetTimeout(): void;
  /** Called once the deadline has passed. Aborts the connection with a `TimeoutError` unless overridden. */
  timeoutConnection(): void;
}

/**
 * Returns a class of protocols with a deadline for one phase at a time, such as a login: `class Login extends
 * TimeoutMixin(LineReceiver)`. To move the deadline costs no timer: one that runs looks whether it has moved. For a deadline of all
 * connections wrap their factory in `timeoutIdle` or `timeoutMessage` (`couplet/policies`).
 */
export function TimeoutMixin<P extends Timeable, A extends unknown[]>(
  base: new (...args: A) => P,
): new (
  ...args: A
) => P & PhaseTimeout;
export function TimeoutMixin<P extends Timeable, A extends unknown[]>(
  base: abstract new (...args: A) => P,
): abstract new (
  ...args: A
) => P & PhaseTimeout;
export function TimeoutMixin(
  base: abstract new (...args: unknown[]) => Timeable,
): abstract new (
  ...args: unknown[]
) => Timeable & PhaseTimeout {
  abstract class Timed extends base implements PhaseTimeout {
    #ms = 0;
    /** When the time is up, in milliseconds of the clock; undefined without a deadline. */
    #deadline: number | undefined;
    #timer: DelayedCall | undefined;

    setTimeout(ms: number | null): void {
      if (ms === null) {
        this.#deadline = undefined;
        this.#timer?.cancel();
        return;
      }
      checkAboveZero('ms', ms);
      const { clock, disconnected } = this.transport;
      // What a promise of the protocol does when it settles may come too late.
      if (disconnected) return;
      this.#ms = ms;
      this.#deadline = clock.now() + ms;
      // A timer that runs may be due too late for this deadline.
      if (this.#timer?.active === true && this.#timer.getTime() <= this.#deadline) return;
      this.#timer?.cancel();
      this.#timer = clock.callLater(ms, () => this.#look());
    }

    resetTimeout(): void {
      if (this.#deadline !== undefined) this.#deadline = this.transport.clock.now() + this.#ms;
    }

    timeoutConnection(): void {
      this.transport.abortConnection(new TimeoutError(`a phase of the protocol took longer than ${this.#ms} ms`));
    }

    override connectionLost(reason: Error): Result {
      this.setTimeout(null);
      return super.connectionLost(reason);
    }

    #look(): void {
      const { clock, disconnected } = this.transport;
      if (this.#deadline === undefined || disconnected) return;
      const leftMs = this.#deadline - clock.now();
      if (leftMs > 0) {
        this.#timer = clock.callLater(leftMs, () => this.#look());
        return;
      }
      this.#deadline = undefined;
      this.timeoutConnection();
    }
  }
  return Timed;
}
