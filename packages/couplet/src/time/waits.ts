import { checkAboveZero, checkFunction, checkSignal } from '../values/checks.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Clock, DelayedCall, RepeatedCall, RepeatOptions, SleepOptions } from './clock.ts';
import { reportTo } from './clock.ts';

/** A reactor has ended while something waited on its clock. `sleep` rejects with it, and so does the
 * `connection` of `acceptOne`. It has no cause. */
export class ReactorStopped extends Error {
  override name = 'ReactorStopped';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_REACTOR_STOPPED';
  /** Makes the error. `message` says what happened, in one line. */
  constructor(message = 'the reactor stopped') {
    super(message);
  }
}

/** The reasons with which waits were ended from outside: a callback that passes one on has not failed. */
const interruptions: WeakSet<object> = new WeakSet();

/** Whether an error is that of a wait which was ended from outside. */
export function isInterruption(error: unknown): boolean {
  return typeof error === 'object' && error !== null && interruptions.has(error);
}

/** What waits need of a clock. */
type Ticks = Pick<Clock, 'now' | 'callLater' | 'report'>;

/** What waits on a clock beyond a delayed call, until the reactor ends. */
export class Waits {
  readonly #clock: Ticks;
  readonly #waiting: Set<(reason: ReactorStopped) => void> = new Set();

  constructor(clock: Ticks) {
    this.#clock = clock;
  }

  /** As `sleep` of a clock. */
  sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    checkSignal(signal);
    const slept = new Promise<void>((resolve, reject) => {
      const end = (reason: unknown): void => {
        timer.cancel();
        this.#waiting.delete(end);
        signal?.removeEventListener('abort', abort);
        if (typeof reason === 'object' && reason !== null) interruptions.add(reason);
        reject(reason);
      };
      const abort = (): void => end(signal?.reason);
      const timer = this.#clock.callLater(ms, () => {
        this.#waiting.delete(end);
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      this.#waiting.add(end);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
    });
    // A protocol that is gone does not look any more.
    slept.catch(() => {});
    return slept;
  }

  /** As `callEvery` of a clock. `title` names the call in reports. */
  callEvery(ms: number, call: () => unknown, { now = false }: RepeatOptions, title: string): RepeatedCall {
    checkAboveZero('ms', ms);
    checkFunction('call', call, 'a function');
    const repeated = new Repeated(this.#clock, ms, call, title, () => this.#waiting.delete(end));
    const end = (): void => repeated.cancel();
    this.#waiting.add(end);
    repeated.begin(now ? 0 : ms);
    return repeated;
  }

  /** The reactor has ended: ends all. */
  end(): void {
    const reason = new ReactorStopped();
    for (const end of [...this.#waiting]) end(reason);
  }
}

class Repeated implements RepeatedCall {
  readonly #clock: Ticks;
  readonly #ms: number;
  readonly #call: () => unknown;
  readonly #title: string;
  readonly #ended: () => void;
  #timer: DelayedCall | undefined;
  #active = true;
  #missed = 0;

  constructor(clock: Ticks, ms: number, call: () => unknown, title: string, ended: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#call = call;
    this.#title = title;
    this.#ended = ended;
  }

  get active(): boolean {
    return this.#active;
  }

  get missed(): number {
    return this.#missed;
  }

  /** Makes the first call after that time. */
  begin(delayMs: number): void {
    this.#wait(this.#clock.now() + delayMs);
  }

  cancel(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#timer?.cancel();
    this.#ended();
  }

  #wait(beat: number): void {
    const delayMs = Math.max(0, beat - this.#clock.now());
    this.#timer = this.#clock.callLater(delayMs, () => this.#run(beat));
  }

  #run(beat: number): void {
    const next = (): void => {
      if (!this.#active) return;
      const late = this.#clock.now() - beat;
      const missed = Math.max(0, Math.ceil(late / this.#ms) - 1);
      this.#missed += missed;
      this.#wait(beat + (missed + 1) * this.#ms);
    };
    const failed = (error: unknown): void => {
      // What ends with the calls has not failed.
      if (!isInterruption(error)) reportTo(this.#clock, { who: this.#title, where: 'callEvery', error });
    };
    try {
      const result = this.#call();
      if (isThenable(result)) {
        promiseOf(result).then(next, (error) => {
          failed(error);
          next();
        });
        return;
      }
    } catch (error) {
      failed(error);
    }
    next();
  }
}
