import type { Clock, DelayedCall } from 'couplet';
import type { Log } from '../log/log.ts';
import { messageOf } from '../values/error-words.ts';

/** How long there is between the beginnings of two attempts to connect, and how long one may take, in milliseconds. */
const PROBE_MS = 1000;

/** Connects to a database. `lost` is called when an established connection ends by itself; the signal ends an attempt. */
export type Connect<C> = (lost: (error: Error) => void, signal: AbortSignal) => Promise<C>;

/** What a link needs. */
export interface LinkOptions<C> {
  readonly connect: Connect<C>;
  /** What has to succeed on a new connection before it counts. */
  begin(connection: C): Promise<void>;
  /** Called when the connection is gone. */
  ended(): void;
  readonly clock: Clock;
  readonly log: Log;
  /** What the events in the log are called: `ledger` for `ledger.down` and `ledger.up`. */
  readonly event: string;
}

/**
 * Keeps a connection to a database. While it has none it tries once a second, and each attempt has a second; it writes one line to the log
 * when the connection is gone, or cannot be made at the start, and one when it is back.
 */
export class RedisLink<C extends { destroy(): void }> {
  readonly #options: LinkOptions<C>;
  #connection: C | undefined;
  #attempt: AbortController | undefined;
  #next: DelayedCall | undefined;
  #told = false;
  #closed = false;

  constructor(options: LinkOptions<C>) {
    this.#options = options;
  }

  /** The connection; undefined while there is none. */
  get connection(): C | undefined {
    return this.#connection;
  }

  /** Begins. Resolves once there is a connection, or the first attempt has failed. Must be called once. */
  open(): Promise<void> {
    return this.#try();
  }

  /** Gives up the connection and begins anew: it is of no use. Does nothing without one. */
  fail(reason: string): void {
    if (this.#connection === undefined) return;
    this.#connection.destroy();
    this.#connection = undefined;
    this.#down(reason);
    this.#options.ended();
    this.#next = this.#options.clock.callLater(PROBE_MS, () => void this.#try());
  }

  /** Ends the connection, and tries no more. */
  close(): void {
    this.#closed = true;
    this.#next?.cancel();
    this.#attempt?.abort();
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  async #try(): Promise<void> {
    const { connect, begin, clock, log, event } = this.#options;
    const attempt = new AbortController();
    this.#attempt = attempt;
    const begun = clock.now();
    const overdue = clock.callLater(PROBE_MS, () => attempt.abort(new Error(`no connection within ${PROBE_MS} ms`)));
    try {
      const connection = await untilAborted(this.#establish(connect, begin, attempt), attempt.signal);
      this.#connection = connection;
      if (this.#told) log.info({ event: `${event}.up` });
      this.#told = false;
    } catch (error) {
      if (this.#closed) return;
      attempt.abort();
      this.#options.ended();
      this.#down(messageOf(error));
      const wait = Math.max(0, begun + PROBE_MS - clock.now());
      this.#next = clock.callLater(wait, () => void this.#try());
    } finally {
      overdue.cancel();
    }
  }

  /** Whatever becomes of an attempt that was aborted, nothing is left of it. */
  async #establish(connect: Connect<C>, begin: (connection: C) => Promise<void>, attempt: AbortController): Promise<C> {
    const lost = (error: Error): void => {
      if (this.#attempt !== attempt) return;
      attempt.abort(error);
      this.fail(error.message);
    };
    const connection = await connect(lost, attempt.signal);
    const end = (): void => connection.destroy();
    if (attempt.signal.aborted) end();
    else attempt.signal.addEventListener('abort', end);
    await begin(connection);
    attempt.signal.removeEventListener('abort', end);
    attempt.signal.throwIfAborted();
    return connection;
  }

  #down(reason: string): void {
    const { log, event } = this.#options;
    if (!this.#told) log.warn({ event: `${event}.down`, reason });
    this.#told = true;
  }
}

/** Resolves or rejects as the promise does, and rejects with the reason of the signal when that is aborted first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(signal.reason);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
    promise.then(resolve, reject);
  });
}
