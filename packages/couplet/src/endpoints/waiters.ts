import { UserAbortError } from '../protocol/errors.ts';
import { checkAtLeast } from '../values/checks.ts';

/** Options of `ClientService.whenConnected`: how long to wait for a connection. */
export interface WaitOptions {
  /** Ends the wait when it is aborted: the promise rejects with `UserAbortError`, and the service goes on. */
  readonly signal?: AbortSignal;
  /** After how many failed attempts, from now on, the promise rejects with the reason of the last, 1 or more; no limit unless set. */
  readonly failAfterFailures?: number;
}

interface Waiter<P> {
  readonly resolve: (protocol: P) => void;
  readonly reject: (reason: Error) => void;
  /** How many more failures end the wait. */
  patience: number;
  /** Ends the wait. */
  leave(): void;
}

/** The promises of a connection with a protocol of type P that are pending. */
export class Waiters<P> {
  readonly #waiters: Set<Waiter<P>> = new Set();

  /** Adds one. Throws a `RangeError` if `failAfterFailures` is below 1. */
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

  /** Resolves them all: there is a connection. */
  connected(protocol: P): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.resolve(protocol);
    }
  }

  /** Rejects those that have waited long enough: an attempt failed. */
  failed(reason: Error): void {
    for (const waiter of this.#waiters) {
      waiter.patience -= 1;
      if (waiter.patience > 0) continue;
      waiter.leave();
      waiter.reject(reason);
    }
  }

  /** Rejects them all: there will be no connection. */
  dismissed(reason: Error): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.reject(reason);
    }
  }
}
