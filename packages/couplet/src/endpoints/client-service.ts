import { errorOf } from '../engine/report.ts';
import { Machine } from '../machine/machine.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import { ConnectError, ConnectionClosed, UserAbortError } from '../protocol/errors.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { Result } from '../protocol/protocol.ts';
import type { RequestOptions } from '../receivers/requests.ts';
import type { BackOff, BackOffOptions, Delay } from '../time/back-off.ts';
import { backOffOf, nextDelay } from '../time/back-off.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { reportTo, retryLater } from '../time/clock.ts';
import { checkAtLeast, checkFunction } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { Builder, ProtocolOf } from './service-factory.ts';
import { factoryOf, ServiceFactory } from './service-factory.ts';
import { SERVICE_LIFE } from './service-life.ts';
import { requestOf } from './service-request.ts';
import type { WaitOptions } from './waiters.ts';
import { Waiters } from './waiters.ts';

/** A place that a service can connect to. Every client endpoint is one. */
export interface Reachable {
  /** Connects a protocol that the factory builds, and resolves to it. Rejects if the attempt fails or `options.signal` is aborted. */
  connect(
    factory: ClientFactory,
    options: ConnectionOptions & { readonly timeoutMs?: number; readonly signal: AbortSignal },
  ): Promise<unknown>;
}

/**
 * Options of a `ClientService` whose protocols are of type P: how it connects, prepares a connection, and waits between its
 * attempts.
 */
export interface ServiceOptions<P> extends BackOffOptions, ConnectionOptions {
  /** How long an attempt may take, in milliseconds, 0 or more, unless the endpoint sets it; 30,000 unless set. `Infinity` sets no bound. */
  readonly timeoutMs?: number;
  /**
   * Prepares a new connection, for example by logging in. The service counts as connected once this has
   * returned and the promise that it may return has resolved. If it throws or rejects, the connection is closed and the
   * attempt has failed; an error that is neither a `ConnectionClosed` nor a `ConnectError` is also reported to the observers.
   */
  readonly prepareConnection?: (protocol: P) => Result;
  /**
   * Called when an attempt has failed or a connection was lost. The next attempt follows in `nextDelayMs` milliseconds; it is
   * `Infinity` if none can follow, and the service is stopped then. `failures` is how many attempts have failed since the last
   * connection that lasted, 0 when such a one was lost. One that was lost sooner than the wait before it could have been long counts as a
   * failed attempt: so a server that accepts and closes at once is waited for as one that refuses. What it throws is reported to the observers.
   */
  readonly onFailure?: (reason: Error, failures: number, nextDelayMs: number) => Result;
  /**
   * The clock for the waits; that of the reactor that connects unless set. It is needed only for an endpoint that may fail
   * before a reactor connects, such as one with TLS whose files cannot be read: without a clock the service cannot wait, and
   * such a failure stops it.
   */
  readonly clock?: Clock;
}

/** The service has been stopped, or was never started. `ClientService.whenConnected` rejects with it. It has no cause. */
export class ServiceStopped extends Error {
  override name = 'ServiceStopped';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_SERVICE_STOPPED';
  /** Makes the error. `message` says why, in one line. */
  constructor(message = 'the service is stopped') {
    super(message);
  }
}

const LIFE = new Machine('ClientService', 'stopped', SERVICE_LIFE);

/**
 * Keeps a connection open: connects, and connects again when the connection is lost or an attempt fails, after waits that grow.
 * There is never more than one attempt or connection at a time.
 *
 * The builder B, a client factory or a function, builds the protocols. The service takes the place of the factory's methods
 * `startedConnecting`, `clientConnectionFailed` and `clientConnectionLost`, which are not called.
 *
 * A reactor that stops ends the connection and the waits. To have the connection closed in order, stop the service in a trigger
 * before shutdown.
 */
export class ClientService<B extends Builder> implements AsyncDisposable {
  readonly #endpoint: Reachable;
  readonly #factory: ServiceFactory;
  readonly #options: ServiceOptions<ProtocolOf<B>>;
  readonly #backOff: BackOff;
  readonly #waiters: Waiters<ProtocolOf<B>> = new Waiters();
  /** Resolve the promises of `stopService`. */
  readonly #leaving: (() => void)[] = [];
  /** How many attempts it has made. */
  #attempts = 0;
  #attempt: AbortController | undefined;
  #timer: DelayedCall | undefined;
  /** The protocol of the connection, until that has ended. */
  #protocol: ProtocolOf<B> | undefined;
  /** Why the service drops the connection. */
  #flaw: Error | undefined;
  #failures = 0;
  /** How long the last wait could have been, in milliseconds, and when the connection began. */
  #boundMs = 0;
  #connectedAt = 0;

  readonly #life = LIFE.start({
    connect: (): void => void this.#connect(),
    cancel: (): void => this.#attempt?.abort(),
    prepare: (protocol: ProtocolOf<B>): void => void this.#prepare(protocol),
    announce: (protocol: ProtocolOf<B>): void => this.#waiters.connected(protocol),
    drop: (reason: Error): void => this.#drop(reason),
    close: (): void => this.#factory.disconnect(),
    retry: (reason: Error): void => this.#retry(reason),
    weigh: (reason: Error): void => this.#weigh(reason),
    quit: (reason: Error): void => this.#quit(reason),
    giveUp: (reason: Error): void => this.#giveUp(reason),
    rest: (): void => this.#rest(),
    restart: (): void => {
      this.#rest();
      void this.#connect();
    },
  });

  /**
   * Makes a service, which is stopped until `startService`.
   *
   * Throws a `RangeError` if `timeoutMs` or a number of the back-off is out of range, and a `TypeError` if `endpoint` has no
   * method `connect`, if `builder` is neither a client factory nor a function, or if an option is of the wrong type.
   *
   * @param endpoint The place to connect to.
   * @param builder Builds a protocol for each connection.
   * @param options How to connect, prepare and wait; they are passed on to the endpoint.
   */
  constructor(endpoint: Reachable, builder: B, options: ServiceOptions<ProtocolOf<B>> = {}) {
    const { timeoutMs = 0 } = options;
    checkEndpoint(endpoint, 'connect');
    for (const name of ['prepareConnection', 'onFailure'] as const)
      if (options[name] !== undefined) checkFunction(name, options[name], 'a function');
    checkAtLeast('timeoutMs', timeoutMs, 0);
    this.#endpoint = endpoint;
    this.#factory = new ServiceFactory(factoryOf(builder), (reason) => this.#end(reason));
    this.#options = options;
    this.#backOff = backOffOf(options);
  }

  /** True from `startService` until `stopService`, or until a failure after which no attempt can follow. */
  get running(): boolean {
    return this.#life.state !== 'stopped' && this.#life.state !== 'stopping';
  }

  /** Begins to connect; while the service is stopping, as soon as it has stopped. Throws an `Error` if it is already running. */
  startService(): void {
    this.#life.start();
  }

  /**
   * Stops the service: cancels the attempt, or closes the connection in order, and does not connect again. Resolves when neither
   * is left, at once if it is stopped already. Promises of `whenConnected` that are pending reject with `ServiceStopped`.
   */
  stopService(): Promise<void> {
    this.#life.stop();
    this.#waiters.dismissed(new ServiceStopped());
    if (this.#life.state === 'stopped') return Promise.resolve();
    return new Promise((resolve) => {
      this.#leaving.push(resolve);
    });
  }

  /**
   * Resolves to the protocol of the connection, as soon as there is one that is prepared. While a connection is being lost, it
   * waits for the next one.
   *
   * Rejects with the reason of the last attempt once `failAfterFailures` attempts have failed, with `UserAbortError` if `signal`
   * is aborted first, and with `ServiceStopped` if the service is not running or stops. Throws a `RangeError` if
   * `failAfterFailures` is below 1.
   */
  whenConnected(options: WaitOptions = {}): Promise<ProtocolOf<B>> {
    const connected = this.#waiters.join(options);
    if (!this.running) this.#waiters.dismissed(new ServiceStopped());
    // Later than this call: a `connectionLost` that makes it runs before the service is told of the end.
    void Promise.resolve().then(() => {
      if (this.#life.state === 'connected' && this.#protocol !== undefined) this.#waiters.connected(this.#protocol);
    });
    return connected;
  }

  /**
   * Waits for the protocol of the connection, as `whenConnected` does, and calls `send` with it, once, and with what is left of the time
   * and the signal. Resolves to what `send` resolves to.
   *
   * Rejects with a `TimeoutError` when `timeoutMs` (30,000 unless set) are over, with the reason of the signal when that is aborted, with
   * `ServiceStopped` if the service is not running or stops before there is a connection, and with what `send` throws or rejects with,
   * for instance the reason of a connection that was lost: the request is not sent again, since it may have been carried out. A
   * rejection that is not awaited is not an unhandled one.
   *
   * Throws a `RangeError` if `timeoutMs` is not a number above 0, and a `TypeError` if `signal` is not an `AbortSignal` or `send` not a
   * function.
   *
   * @param send Sends the request over the connection of the protocol, and returns the response or a promise of it.
   * @param options How long to wait for the connection and the response together.
   */
  request<T>(
    send: (protocol: ProtocolOf<B>, left: RequestOptions) => T | PromiseLike<T>,
    options: RequestOptions = {},
  ): Promise<T> {
    return requestOf(this, (call) => this.#factory.whenClocked(this.#options.clock, call), send, options);
  }

  /** Stops the service, and resolves when neither an attempt nor a connection is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopService();
  }

  get #clock(): Clock | undefined {
    return this.#options.clock ?? this.#factory.clock;
  }

  /** Makes an attempt. */
  async #connect(): Promise<void> {
    this.#attempts += 1;
    this.#attempt = new AbortController();
    this.#flaw = undefined;
    let protocol: ProtocolOf<B>;
    try {
      const options = { ...this.#options, signal: this.#attempt.signal };
      // The endpoint passes on what the factory builds; the builder says of what type that is.
      protocol = (await this.#endpoint.connect(this.#factory, options)) as ProtocolOf<B>;
    } catch (error) {
      // An attempt that was cancelled from outside is not repeated: the reactor stops. Nor is one that has no protocol.
      const again = !(error instanceof UserAbortError || error === this.#factory.flaw);
      if (!again || this.#clock === undefined) this.#life.over(errorOf(error));
      else this.#life.failed(errorOf(error));
      return;
    }
    const { reason } = this.#factory;
    if (reason !== undefined) {
      // It ended before the endpoint could tell of it.
      this.#life.failed(reason);
      return;
    }
    this.#protocol = protocol;
    this.#connectedAt = this.#clock?.now() ?? 0;
    this.#life.connected(protocol);
  }

  /** The connection has ended. If the endpoint has not told of it yet, the attempt counts as failed instead. */
  #end(reason: Error): void {
    if (this.#protocol === undefined) return;
    this.#protocol = undefined;
    this.#life.lost(this.#flaw ?? reason);
  }

  /** The connection may end, and another one begin, before this is done. */
  async #prepare(protocol: ProtocolOf<B>): Promise<void> {
    try {
      await awaited(this.#options.prepareConnection?.(protocol));
    } catch (thrown) {
      const error = errorOf(thrown);
      // What the network did is not a mistake of the program.
      if (!(error instanceof ConnectionClosed || error instanceof ConnectError))
        this.#report('prepareConnection', thrown);
      if (this.#protocol === protocol) this.#life.unfit(error);
      return;
    }
    if (this.#protocol === protocol) this.#life.prepared(protocol);
  }

  /** Forgets the failures, and begins with the first delay again. */
  #reset(): void {
    this.#failures = 0;
    this.#boundMs = 0;
    this.#backOff.delayMs = this.#backOff.initialDelayMs;
  }

  #drop(reason: Error): void {
    this.#flaw = reason;
    this.#factory.disconnect();
  }

  #retry(reason: Error): void {
    this.#failures += 1;
    this.#waiters.failed(reason);
    this.#wait(reason);
  }

  /** A connection was lost: one that lasted ends the growth of the waits, any other counts as an attempt that failed. */
  #weigh(reason: Error): void {
    const livedMs = (this.#clock?.now() ?? 0) - this.#connectedAt;
    if (livedMs >= this.#boundMs) this.#reset();
    else this.#failures += 1;
    this.#wait(reason);
  }

  #wait(reason: Error): void {
    const clock = this.#clock;
    if (clock === undefined) return;
    const { delayMs, boundMs } = this.#nextDelay(clock);
    if (delayMs === Number.POSITIVE_INFINITY) {
      this.#life.over(reason);
      return;
    }
    this.#boundMs = boundMs;
    const next = { destination: this.#factory.destination ?? '', attempts: this.#attempts };
    this.#timer = retryLater(clock, delayMs, next, () => this.#life.due());
    void this.#tell(reason, this.#failures, delayMs);
  }

  #nextDelay(clock: Clock): Delay {
    try {
      return nextDelay(this.#backOff, clock, this.#failures);
    } catch (error) {
      this.#report('retryPolicy', error);
      return { delayMs: Number.POSITIVE_INFINITY, boundMs: Number.POSITIVE_INFINITY };
    }
  }

  #giveUp(reason: Error): void {
    this.#failures += 1;
    this.#quit(reason);
  }

  /** No attempt follows. */
  #quit(reason: Error): void {
    const failures = this.#failures;
    this.#reset();
    this.#waiters.dismissed(reason);
    void this.#tell(reason, failures, Number.POSITIVE_INFINITY);
  }

  async #tell(reason: Error, failures: number, delayMs: number): Promise<void> {
    try {
      await awaited(this.#options.onFailure?.(reason, failures, delayMs));
    } catch (error) {
      this.#report('onFailure', error);
    }
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#reset();
    for (const left of this.#leaving.splice(0)) left();
  }

  #report(where: 'prepareConnection' | 'onFailure' | 'retryPolicy', error: unknown): void {
    const { destination } = this.#factory;
    const who = destination === undefined ? 'ClientService' : `ClientService for ${destination}`;
    if (this.#clock !== undefined) reportTo(this.#clock, { who, where, error });
  }
}
