import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { checkAboveZero } from '../values/checks.ts';
import type { Guardable, Guarded } from './guarded.ts';
import { guard } from './guarded.ts';
import { PerClock } from './per-clock.ts';
import { deadlinesOn, Timed } from './timed.ts';

/** Options of `timeoutMessage`. */
export interface MessageTimeout {
  /** How long a message may take to arrive, from its first byte to its last, in milliseconds, above 0 and finite. */
  readonly messageTimeoutMs: number;
}

/**
 * Bounds how long each message may take to arrive on the connections of a factory. Returns a factory of the same side to use in its
 * place; it builds the same protocols. When a message is not whole after that time, and at most a second later, the connection is reset,
 * and `connectionLost` gets a `TimeoutError`. Further bytes of the message do not move the deadline: use it against peers that send one
 * byte now and then. A connection on which no message has begun may stay for ever; `timeoutIdle` ends it.
 *
 * It is for protocols with a `heldBytes`: those that receive lines, netstrings, strings behind their length, and a `FrameReceiver`. Any
 * other protocol may offer one: the number of bytes that it has received of a message that is not whole; it must not change without a
 * message being delivered or bytes received. A protocol without it is not timed, nor are raw bytes of a `LineReceiver`, nor the rest of a
 * message that was too long and is dropped, nor what a handler of `serve` has not read. The time in which this side does not read, because
 * a promise is pending for example, does not count; put a `throttle` further in, so that this holds for its delays too.
 *
 * Throws a `RangeError` if `messageTimeoutMs` is not above 0 and finite, and a `TypeError` if `factory` is neither a factory nor a function.
 */
export function timeoutMessage<F extends Guardable>(factory: F, options: MessageTimeout): Guarded<F> {
  const { messageTimeoutMs } = options;
  checkAboveZero('messageTimeoutMs', messageTimeoutMs);
  const why = `a message was not whole after ${messageTimeoutMs / 1000} s`;
  const sweeps = new PerClock(deadlinesOn);
  return guard(factory, {
    filter: (wire, clock) => new MessageTimed(wire, clock, sweeps.of(clock), messageTimeoutMs, why),
    describe: () => ({ policy: 'timeoutMessage', messageTimeoutMs }),
  });
}

/**
 * A connection with a deadline while a message is not whole. Otherwise its deadline is an occasion to look: so it only ever moves later,
 * and a message that begins needs no timer.
 */
class MessageTimed extends Timed {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** What the protocol held when that was looked at last; above 0 while a message is timed. */
  #held = 0;
  #paused = false;
  /** What was left of the message's time when reading paused. */
  #leftMs = 0;

  constructor(wire: Wire, clock: Clock, sweep: Sweep<Timed>, timeoutMs: number, why: string) {
    super(wire, sweep, clock.now() + timeoutMs, why);
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  override onData(chunk: Buffer): void {
    const before = this.heldBytes;
    const size = chunk.length;
    super.onData(chunk);
    const held = this.heldBytes;
    // If nothing was delivered, all that came belongs to the message that had begun.
    const same = before > 0 && before === this.#held && held === before + size;
    if (held > 0 && !same) this.#begin();
    this.#held = held;
  }

  override pause(): void {
    if (!this.#paused && this.#held > 0) this.#leftMs = this.deadline - this.#clock.now();
    this.#paused = true;
    super.pause();
  }

  override resume(): void {
    if (this.#paused) {
      this.#paused = false;
      const held = this.heldBytes;
      if (held > 0) {
        // What was held was delivered meanwhile, as far as it was whole.
        if (held === this.#held) this.deadline = this.#clock.now() + this.#leftMs;
        else this.#begin();
      }
      this.#held = held;
    }
    super.resume();
  }

  override over(): void {
    const held = this.heldBytes;
    if (this.#paused) this.deadline = this.#clock.now() + (this.#held > 0 ? this.#leftMs : this.#timeoutMs);
    else if (held === 0 || held !== this.#held) {
      this.#held = held;
      this.#begin();
    } else super.over();
  }

  #begin(): void {
    this.#leftMs = this.#timeoutMs;
    this.deadline = this.#clock.now() + this.#timeoutMs;
  }
}
