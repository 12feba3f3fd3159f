import { UserAbortError } from '../protocol/errors.ts';
import { checkAtLeast } from '../values/checks.ts';

/** How long somebody waits for a connection. */
export interface WaitOptions {
  /** Ends the waiting, which then rejects with `UserAbortError`. */
  readonly signal?: AbortSignal;
  /** How many attempts may fail, from now on, before the waiting rejects with the reason of the last; no limit unless set. */
  readonly failAfterFailures?: number;
}

interface Waiter<P> {
  readonly resolve: (protocol: P) => void;
  readonly reject: (reason: Error) => void;
  /** How many more failures it takes. */
  patience: number;
  /** It waits no longer. */
  leave(): void;
}

/** Who waits for a connection with a protocol of type P. */
export class Waiters<P> {
  readonly #waiters: Set<Waiter<P>> = new Set();

  /** One more. Throws a `RangeError` for a `failAfterFailures` below 1. */
  join({ signal, failAfterFailures = Number.POSITIVE_INFINITY }: WaitOptions): Promise<P> {
    checkAtLeast('failAfterFailures', failAfterFailures, 1);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        waiter.leave();
        reject(new UserAbortError('whenConnected was cancelled'));
      };
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter<P> = { resolve, reject, patience: failAfterFailures, leave };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
    });
  }

  /** There is a connection. */
  connected(protocol: P): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.resolve(protocol);
    }
  }

  /** An attempt failed. */
  failed(reason: Error): void {
    for (const waiter of this.#waiters) {
      waiter.patience -= 1;
      if (waiter.patience > 0) continue;
      waiter.leave();
      waiter.reject(reason);
    }
  }

  /** There will be none. */
  dismissed(reason: Error): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.reject(reason);
    }
  }
}
