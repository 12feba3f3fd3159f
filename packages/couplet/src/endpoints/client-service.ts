import { errorOf } from '../engine/report.ts';
import { Machine } from '../machine/machine.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import { ConnectError, ConnectionClosed, UserAbortError } from '../protocol/errors.ts';
import type { ConnectionOptions } from '../protocol/options.ts';
import type { Result } from '../protocol/protocol.ts';
import type { BackOff, BackOffOptions } from '../time/back-off.ts';
import { backOffOf, nextDelay } from '../time/back-off.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { reportTo } from '../time/clock.ts';
import { checkAtLeast, checkFunction } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import { checkEndpoint } from './check-endpoint.ts';
import type { Builder, ProtocolOf } from './service-factory.ts';
import { factoryOf, ServiceFactory } from './service-factory.ts';
import { SERVICE_LIFE } from './service-life.ts';
import type { WaitOptions } from './waiters.ts';
import { Waiters } from './waiters.ts';

/** Where a service connects to. Every client endpoint is one. */
export interface Reachable {
  /** Connects a protocol that the factory builds, and resolves to it. Rejects when it fails or the signal is aborted. */
  connect(
    factory: ClientFactory,
    options: ConnectionOptions & { readonly timeoutMs?: number; readonly signal: AbortSignal },
  ): Promise<unknown>;
}

/** How a service keeps a connection with a protocol of type P. The waits between its attempts are those of `BackOffOptions`. */
export interface ServiceOptions<P> extends BackOffOptions, ConnectionOptions {
  /** How long an attempt may take, unless the endpoint says it; 30,000 unless set, `Infinity` for no bound. */
  readonly timeoutMs?: number;
  /**
   * Makes a new connection ready: logs in, say. It counts as connected, and the waits begin anew, when this has returned and the
   * promise that it may return has resolved. When it fails, the connection is closed and the attempt has failed; an error
   * that is neither a `ConnectionClosed` nor a `ConnectError` is reported to the observers as well.
   */
  readonly prepareConnection?: (protocol: P) => Result;
  /**
   * Hears that an attempt failed, or that a connection was lost, and that the next attempt follows in `nextDelayMs`
   * milliseconds; `Infinity` when none follows, since nothing could try again: the service is stopped then. `failures` counts the
   * attempts that have failed since there was a connection: 0 when one was lost.
   */
  readonly onFailure?: (reason: Error, failures: number, nextDelayMs: number) => Result;
  /**
   * Time and chance; those of the reactor that connects unless set. Only an endpoint that may fail before a reactor connects needs
   * it, one of your own or one with TLS whose files cannot be read: without a clock the service cannot wait, and such a failure
   * stops it.
   */
  readonly clock?: Clock;
}

/** What `ClientService.whenConnected` rejects with when the service has been stopped, or was never started. It has no cause. */
export class ServiceStopped extends Error {
  override name = 'ServiceStopped';
  /** Identifies the class, also across two installed copies of Couplet. */
  readonly code = 'COUPLET_SERVICE_STOPPED';
  /** `message` says why, in one line. */
  constructor(message = 'the service is stopped') {
    super(message);
  }
}

const LIFE = new Machine('ClientService', 'stopped', SERVICE_LIFE);

/**
 * Keeps a connection: makes one, and another when it is lost or an attempt fails, after waits that grow. There is never more
 * than one attempt or connection at a time.
 *
 * The protocols are those of the builder B, a client factory or a function. The service does what a factory's
 * `startedConnecting`, `clientConnectionFailed` and `clientConnectionLost` are for, and does not call them.
 *
 * A reactor that stops ends the connection and the waits. Stop the service before, with a trigger before shutdown, to have it
 * closed in order.
 */
export class ClientService<B extends Builder> implements AsyncDisposable {
  readonly #endpoint: Reachable;
  readonly #factory: ServiceFactory;
  readonly #options: ServiceOptions<ProtocolOf<B>>;
  readonly #backOff: BackOff;
  readonly #waiters: Waiters<ProtocolOf<B>> = new Waiters();
  /** Who waits for the end of a stop. */
  readonly #leaving: (() => void)[] = [];
  #attempt: AbortController | undefined;
  #timer: DelayedCall | undefined;
  /** That of the connection, until it is gone. */
  #protocol: ProtocolOf<B> | undefined;
  /** Why the connection is dropped. */
  #flaw: Error | undefined;
  #failures = 0;

  readonly #life = LIFE.start({
    connect: (): void => void this.#connect(),
    cancel: (): void => this.#attempt?.abort(),
    prepare: (protocol: ProtocolOf<B>): void => void this.#prepare(protocol),
    announce: (protocol: ProtocolOf<B>): void => this.#announce(protocol),
    drop: (reason: Error): void => this.#drop(reason),
    close: (): void => this.#factory.disconnect(),
    retry: (reason: Error): void => this.#retry(reason),
    wait: (reason: Error): void => this.#wait(reason),
    giveUp: (reason: Error): void => this.#giveUp(reason),
    rest: (): void => this.#rest(),
    restart: (): void => {
      this.#rest();
      void this.#connect();
    },
  });

  /**
   * Throws a `RangeError` for a `timeoutMs` or a number of the back-off that is none, and a `TypeError` for what is no endpoint, no
   * builder or no function.
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

  /** True from `startService` to `stopService`. */
  get running(): boolean {
    return this.#life.state !== 'stopped' && this.#life.state !== 'stopping';
  }

  /** Begins to connect; when it still stops, as soon as it has. Throws an `Error` when it runs already. */
  startService(): void {
    this.#life.start();
  }

  /**
   * Cancels the attempt, or closes the connection in order, and connects no more. Resolves when nothing is left of either.
   * Whoever waits for a connection gets a `ServiceStopped`.
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
   * Resolves to the protocol of the connection, when there is one and it is prepared. Rejects with the reason of the last of
   * so many failures, with `UserAbortError` when the signal is aborted before, and with `ServiceStopped` when the
   * service does not run or stops. Whoever asks while a connection is being lost gets the next one. Throws a `RangeError` for
   * a `failAfterFailures` below 1.
   */
  whenConnected(options: WaitOptions = {}): Promise<ProtocolOf<B>> {
    const connected = this.#waiters.join(options);
    if (!this.running) this.#waiters.dismissed(new ServiceStopped());
    // Later than this call: a `connectionLost` that makes it runs before the service hears of the end.
    void Promise.resolve().then(() => {
      if (this.#life.state === 'connected' && this.#protocol !== undefined) this.#waiters.connected(this.#protocol);
    });
    return connected;
  }

  /** Stops the service. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopService();
  }

  get #clock(): Clock | undefined {
    return this.#options.clock ?? this.#factory.clock;
  }

  /** Makes an attempt. */
  async #connect(): Promise<void> {
    this.#attempt = new AbortController();
    this.#flaw = undefined;
    let protocol: ProtocolOf<B>;
    try {
      const options = { ...this.#options, signal: this.#attempt.signal };
      // What the endpoint hands on is what the factory builds; its type is what the builder says.
      protocol = (await this.#endpoint.connect(this.#factory, options)) as ProtocolOf<B>;
    } catch (error) {
      // An attempt that somebody else has cancelled is not to be made again: the reactor stops. Nor is one without a protocol.
      const again = !(error instanceof UserAbortError || error === this.#factory.flaw);
      if (!again || this.#clock === undefined) this.#life.over(errorOf(error));
      else this.#life.failed(errorOf(error));
      return;
    }
    const { reason } = this.#factory;
    if (reason !== undefined) {
      // It went before the endpoint could tell of it.
      this.#life.failed(reason);
      return;
    }
    this.#protocol = protocol;
    this.#life.connected(protocol);
  }

  /** The connection is gone. One that the endpoint has not told of yet is the attempt's to count. */
  #end(reason: Error): void {
    if (this.#protocol === undefined) return;
    this.#protocol = undefined;
    this.#life.lost(this.#flaw ?? reason);
  }

  /** The connection may go, and another one come, before this is over. */
  async #prepare(protocol: ProtocolOf<B>): Promise<void> {
    try {
      await awaited(this.#options.prepareConnection?.(protocol));
    } catch (thrown) {
      const error = errorOf(thrown);
      // What the network did is no mistake of the program's.
      if (!(error instanceof ConnectionClosed || error instanceof ConnectError))
        this.#report('prepareConnection', thrown);
      if (this.#protocol === protocol) this.#life.unfit(error);
      return;
    }
    if (this.#protocol === protocol) this.#life.prepared(protocol);
  }

  #announce(protocol: ProtocolOf<B>): void {
    this.#reset();
    this.#waiters.connected(protocol);
  }

  /** No failures, and the first delay again. */
  #reset(): void {
    this.#failures = 0;
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

  #wait(reason: Error): void {
    const clock = this.#clock;
    if (clock === undefined) return;
    const delayMs = nextDelay(this.#backOff, clock);
    this.#timer = clock.callLater(delayMs, () => this.#life.due());
    void this.#tell(reason, this.#failures, delayMs);
  }

  #giveUp(reason: Error): void {
    const failures = this.#failures + 1;
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

  #report(where: 'prepareConnection' | 'onFailure', error: unknown): void {
    const { destination } = this.#factory;
    const who = destination === undefined ? 'ClientService' : `ClientService for ${destination}`;
    if (this.#clock !== undefined) reportTo(this.#clock, { who, where, error });
  }
}
