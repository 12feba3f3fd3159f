import { TimeoutError } from '../protocol/errors.ts';
import type { RequestOptions } from '../receivers/requests.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { checkAboveZero, checkFunction, checkSignal } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import type { WaitOptions } from './waiters.ts';

/** What a request needs of a service with protocols of type P. */
interface Connected<P> {
  whenConnected(options: WaitOptions): Promise<P>;
}

/** As `request` of a `ClientService`. `withClock` calls back with the clock of the service, as soon as it has one. */
export function requestOf<P, T>(
  service: Connected<P>,
  withClock: (call: (clock: Clock) => void) => void,
  send: (protocol: P, left: RequestOptions) => T | PromiseLike<T>,
  { timeoutMs = 30_000, signal }: RequestOptions,
): Promise<T> {
  checkFunction('send', send, 'a function that sends the request');
  checkAboveZero('timeoutMs', timeoutMs, 'number');
  checkSignal(signal);
  const response = new Promise<T>((resolve, reject) => {
    const waiting = new AbortController();
    let timer: DelayedCall | undefined;
    let over = false;
    let left = (): number => timeoutMs;
    const end = (): void => {
      over = true;
      timer?.cancel();
      signal?.removeEventListener('abort', abort);
    };
    const fail = (reason: unknown): void => {
      if (over) return;
      end();
      reject(reason);
      waiting.abort();
    };
    const abort = (): void => fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) {
      abort();
      return;
    }
    withClock((clock) => {
      if (over || timeoutMs === Number.POSITIVE_INFINITY) return;
      const deadline = clock.now() + timeoutMs;
      left = () => deadline - clock.now();
      timer = clock.callLater(timeoutMs, () => fail(new TimeoutError(`there was no response within ${timeoutMs} ms`)));
    });
    const ask = async (): Promise<void> => {
      const protocol = await service.whenConnected({ signal: waiting.signal });
      const leftMs = left();
      // It may have been given up in the meantime; or is about to be, by the timer.
      if (over || leftMs <= 0) return;
      const value = await awaited(send(protocol, { timeoutMs: leftMs, ...(signal && { signal }) }));
      if (over) return;
      end();
      resolve(value);
    };
    ask().catch(fail);
  });
  // A program that does not await it must not end for that.
  response.catch(() => {});
  return response;
}
