import type { Observer } from '../protocol/observer.ts';
import type { ErrorReport } from '../values/error-report.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { printable } from './report.ts';

/** What observers may ask to be told: one bit for each. */
export const CONNECTIONS = 1;
export const ATTEMPTS = 2;

const ASKED: readonly (readonly [keyof Observer, bit: number])[] = [
  ['connectionRefused', CONNECTIONS],
  ['connectionMade', CONNECTIONS],
  ['connectionLost', CONNECTIONS],
  ['connectionAttempt', ATTEMPTS],
];

/** One observer, and from how many milliseconds on a callback is slow for it. */
interface Watch {
  readonly observer: Observer;
  readonly slowCallbackMs: number;
}

/** The observers of a reactor. What they ask for is known when they are added: what is not asked for costs a look at one number. */
export class Observers {
  /** A bit for each thing that an observer asks for. */
  mask = 0;
  /** From how many milliseconds on a callback is slow for at least one of them; undefined if none asks for slow callbacks. */
  slowCallbackMs: number | undefined;
  /** Replaced, never changed: observers may be added and removed while they are notified. */
  #all: readonly Watch[] = [];
  readonly #failed: (report: ErrorReport) => void;

  /** `failed` is called with what an observer throws. */
  constructor(failed: (report: ErrorReport) => void) {
    this.#failed = failed;
  }

  /** Adds an observer. Returns a function that removes it. */
  add(observer: Observer, slowCallbackMs: number): () => void {
    const watch = { observer, slowCallbackMs };
    this.#become([...this.#all, watch]);
    return () => this.#become(this.#all.filter((one) => one !== watch));
  }

  /** True if an observer asks for one of these things. */
  ask(bits: number): boolean {
    return (this.mask & bits) !== 0;
  }

  /** Notifies each observer. What an observer throws or rejects with must not affect what it observes. */
  notify(what: (observer: Observer, slowCallbackMs: number) => unknown): void {
    for (const { observer, slowCallbackMs } of this.#all) {
      try {
        const result = what(observer, slowCallbackMs);
        if (isThenable(result)) promiseOf(result).catch(this.#observerFailed);
      } catch (error) {
        this.#observerFailed(error);
      }
    }
  }

  /** Reports an error. Returns the report as observers are told it, and whether one of them takes errors and did not throw. */
  report(what: ErrorReport): { readonly report: ErrorReport; readonly told: boolean } {
    const report = printable(what);
    let told = false;
    this.notify((observer) => {
      if (observer.error === undefined) return;
      const result: unknown = observer.error(report);
      told = true;
      return result;
    });
    return { report, told };
  }

  readonly #observerFailed = (error: unknown): void => this.#failed({ who: 'an observer', where: 'observe', error });

  #become(all: readonly Watch[]): void {
    this.#all = all;
    this.mask = 0;
    this.slowCallbackMs = undefined;
    for (const { observer, slowCallbackMs } of all) {
      for (const [method, bit] of ASKED) if (observer[method] !== undefined) this.mask |= bit;
      if (observer.slowCallback !== undefined)
        this.slowCallbackMs = Math.min(this.slowCallbackMs ?? slowCallbackMs, slowCallbackMs);
    }
  }
}
