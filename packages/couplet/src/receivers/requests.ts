import { TimeoutError } from '../protocol/errors.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { checkAboveZero, checkAtLeast, checkFunction, checkSignal, checkWhole, checkWord } from '../values/checks.ts';

/** Options of `send` of `Requests`, and of `request` of a `ClientService`: how long to wait for the response. */
export interface RequestOptions {
  /** How long the response may take, in milliseconds, above 0; 30,000 unless set. `Infinity` sets no bound. */
  readonly timeoutMs?: number;
  /** Ends the wait when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Options of `Requests`. */
export interface RequestsOptions<Response> {
  /**
   * How a response finds its request: `order` if the peer answers requests in the order in which they were sent, so that `settle` is
   * called; `id` if each response has the id of its request, so that `settleById` is. `order` unless set.
   */
  readonly matchedBy?: 'order' | 'id';
  /** The most requests that may be unanswered, at least 1; 1,024 unless set. `Infinity` sets no limit. */
  readonly maxPending?: number;
  /**
   * The largest id, a whole number of at least 1; 4,294,967,295 unless set, which fits into 32 bits. After it they begin with 1 again,
   * and leave out those that are pending. It also limits how many requests may be unanswered. Without effect in the order `order`.
   */
  readonly maxId?: number;
  /**
   * Called with a response that does not belong to a request: nothing is pending, or its id is unknown, or its request was given up
   * before. What it throws, `settle` and `settleById` throw. Such a response is dropped unless set.
   */
  readonly unexpected?: (response: Response) => void;
}

/** `Requests` has as many unanswered requests as it may have: `send` rejects with it, and the request was not sent. It has no cause. */
export class TooManyRequests extends Error {
  override name = 'TooManyRequests';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_TOO_MANY_REQUESTS';
  /** Makes the error. `message` says what happened, in one line. */
  constructor(message = 'there are too many unanswered requests') {
    super(message);
  }
}

/** A request that was sent, with the promise of its response. */
class SentRequest<Response> {
  readonly response: Promise<Response>;
  /** When its time is up, in milliseconds of the clock. */
  readonly deadline: number;
  readonly timeoutMs: number;
  /** Lets go of the signal. */
  leave: (() => void) | undefined;
  /** It has neither its response nor been given up. */
  waits = true;
  #resolve: (response: Response) => void = () => {};
  #reject: (reason: unknown) => void = () => {};

  constructor(now: number, timeoutMs: number) {
    this.deadline = now + timeoutMs;
    this.timeoutMs = timeoutMs;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  answer(response: Response): void {
    if (!this.#end()) return;
    this.#resolve(response);
  }

  /** Rejects. If the program does not await the promise, that must not end the process. */
  giveUp(reason: unknown): void {
    if (!this.#end()) return;
    this.response.catch(() => {});
    this.#reject(reason);
  }

  #end(): boolean {
    const { waits } = this;
    this.waits = false;
    this.leave?.();
    return waits;
  }
}

/** What `Requests` needs of the protocol that holds it. */
export interface RequestHolder {
  /** The protocol's side of its connection. */
  readonly transport: { readonly clock: Clock };
}

/**
 * The requests of one connection that wait for their responses: a protocol holds one, sends by `send`, hands each response that it
 * receives to `settle` or `settleById`, and the reason of its end to `connectionLost`. Every request is settled once: by its response,
 * its time limit, its signal or the end of the connection. It is written once, and never again.
 *
 * A callback of the same connection must not wait for a response, by returning a promise that does: the connection does not read
 * meanwhile.
 */
export class Requests<Request, Response> {
  readonly #holder: RequestHolder;
  readonly #write: (request: Request, id: number) => unknown;
  readonly #options: RequestsOptions<Response>;
  readonly #byId: boolean;
  readonly #maxPending: number;
  readonly #maxId: number;
  /** By id, in the order in which they were sent. */
  readonly #sent: Map<number, SentRequest<Response>> = new Map();
  /** The id of the next request. */
  #next = 1;
  /** No request with a smaller id is pending; in the order `order`. */
  #oldest = 1;
  /** Runs at the deadline that was the first when it was set. It is left alone when that request is answered: most are. */
  #timer: DelayedCall | undefined;
  /** Why the connection ended. */
  #reason: { readonly error: Error } | undefined;

  /**
   * Makes one without requests. Throws a `TypeError` if `write` or `unexpected` is not a function or if `matchedBy` is not one of its
   * words, and a `RangeError` if `maxPending` or `maxId` is out of range; a `TypeError` if `maxId` is not a number.
   *
   * @param holder The protocol that holds it: its transport has the clock.
   * @param write Writes a request to the transport, and its id where responses are matched by it. What it throws, `send` rejects with.
   * @param options How responses are matched, and how many requests may be unanswered.
   */
  constructor(
    holder: RequestHolder,
    write: (request: Request, id: number) => unknown,
    options: RequestsOptions<Response> = {},
  ) {
    const { matchedBy = 'order', maxPending = 1024, maxId = 0xffff_ffff, unexpected } = options;
    checkFunction('write', write, 'a function that writes a request');
    if (unexpected !== undefined) checkFunction('unexpected', unexpected, 'a function that takes a response');
    checkWord('matchedBy', matchedBy, ['order', 'id']);
    checkAtLeast('maxPending', maxPending, 1);
    checkWhole('maxId', maxId, 1, Number.MAX_SAFE_INTEGER);
    this.#holder = holder;
    this.#write = write;
    this.#options = options;
    this.#byId = matchedBy === 'id';
    this.#maxId = this.#byId ? maxId : Number.MAX_SAFE_INTEGER;
    this.#maxPending = Math.min(maxPending, this.#maxId);
  }

  /**
   * How many requests are unanswered. In the order `order` those that were given up count too, since their responses may still come.
   */
  get pending(): number {
    return this.#sent.size;
  }

  /**
   * Writes a request at once, and resolves to its response. Rejects with a `TimeoutError` after `timeoutMs`, with the reason of the
   * signal when that is aborted, with the reason of the connection's end, with what `write` throws, and at once with `TooManyRequests`,
   * without having written, if `maxPending` requests are unanswered. A rejection that is not awaited is not an unhandled one.
   *
   * A request that timed out or was aborted may have been carried out. Where responses are matched by order, it keeps its place, and its
   * late response is dropped; where they are matched by id, that goes to `unexpected`.
   *
   * Throws a `RangeError` if `timeoutMs` is not a number above 0, a `TypeError` if `signal` is not an `AbortSignal`, and an `Error` if
   * the protocol is not connected yet.
   */
  send(request: Request, { timeoutMs = 30_000, signal }: RequestOptions = {}): Promise<Response> {
    checkAboveZero('timeoutMs', timeoutMs, 'number');
    checkSignal(signal);
    // Undefined until the connection is made, for instance in a constructor.
    const transport: RequestHolder['transport'] | undefined = this.#holder.transport;
    if (transport === undefined) throw new Error('the protocol is not connected yet');
    if (signal?.aborted === true) return rejected(signal.reason);
    if (this.#reason !== undefined) return rejected(this.#reason.error);
    if (this.#sent.size >= this.#maxPending)
      return rejected(new TooManyRequests(`maxPending (${this.#maxPending}) requests are unanswered`));
    const id = this.#nextId();
    const sent = new SentRequest<Response>(transport.clock.now(), timeoutMs);
    // Before it is written: the peer of a test may answer at once.
    this.#sent.set(id, sent);
    try {
      this.#write(request, id);
    } catch (error) {
      this.#sent.delete(id);
      sent.giveUp(error);
    }
    if (sent.waits) {
      this.#watch(sent, transport.clock);
      if (signal !== undefined) this.#heed(signal, id, sent);
    }
    return sent.response;
  }

  /**
   * The response to the oldest unanswered request has arrived: `send` of it resolves to it. If that request was given up, the response
   * is dropped. Without an unanswered request it goes to `unexpected`. Throws what that throws, and an `Error` if responses are matched
   * by id.
   */
  settle(response: Response): void {
    if (this.#byId) throw new Error("responses are matched by id: call settleById, or set matchedBy to 'order'");
    if (this.#sent.size === 0) {
      this.#options.unexpected?.(response);
      return;
    }
    // Ids of requests that could not be written are missing.
    while (!this.#sent.has(this.#oldest)) this.#oldest += 1;
    const sent = this.#sent.get(this.#oldest);
    this.#sent.delete(this.#oldest);
    this.#oldest += 1;
    sent?.answer(response);
  }

  /**
   * The response to the request with that id has arrived: `send` of it resolves to it. If no request with that id is unanswered, the
   * response goes to `unexpected`. Throws what that throws, and an `Error` if responses are matched by their order.
   */
  settleById(id: number, response: Response): void {
    if (!this.#byId) throw new Error("responses are matched by their order: call settle, or set matchedBy to 'id'");
    const sent = this.#sent.get(id);
    if (sent === undefined) this.#options.unexpected?.(response);
    else {
      this.#sent.delete(id);
      sent.answer(response);
    }
  }

  /** To be called by `connectionLost` of the protocol: all requests reject with the reason, and so does every later `send`. */
  connectionLost(reason: Error): void {
    this.#reason ??= { error: reason };
    this.#timer?.cancel();
    const all = [...this.#sent.values()];
    this.#sent.clear();
    for (const sent of all) sent.giveUp(reason);
  }

  #nextId(): number {
    let id = this.#next;
    while (this.#sent.has(id)) id = id === this.#maxId ? 1 : id + 1;
    this.#next = id === this.#maxId ? 1 : id + 1;
    return id;
  }

  /** Gives a request up when the signal is aborted. */
  #heed(signal: AbortSignal, id: number, sent: SentRequest<Response>): void {
    const abort = (): void => this.#giveUp(id, sent, signal.reason);
    sent.leave = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    // Writing it may have aborted the signal.
    if (signal.aborted) abort();
  }

  /** Where responses are matched by their order, it keeps its place. */
  #giveUp(id: number, sent: SentRequest<Response>, reason: unknown): void {
    if (this.#byId) this.#sent.delete(id);
    sent.giveUp(reason);
  }

  /** Makes sure that a timer runs at its deadline, or before it. */
  #watch({ deadline, timeoutMs }: SentRequest<Response>, clock: Clock): void {
    if (deadline === Number.POSITIVE_INFINITY) return;
    const timer = this.#timer;
    if (timer?.active !== true) this.#timer = clock.callLater(timeoutMs, () => this.#expire(clock));
    else if (deadline < timer.getTime()) timer.reset(timeoutMs);
  }

  /** Gives up those whose time is up, and waits for the deadline that is the next. */
  #expire(clock: Clock): void {
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [id, sent] of this.#sent) {
      if (!sent.waits) continue;
      if (sent.deadline > now) next = Math.min(next, sent.deadline);
      else this.#giveUp(id, sent, new TimeoutError(`there was no response within ${sent.timeoutMs} ms`));
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = clock.callLater(next - now, () => this.#expire(clock));
  }
}

function rejected(reason: unknown): Promise<never> {
  const failed = Promise.reject(reason);
  failed.catch(() => {});
  return failed;
}
