import { familyOf } from '../address/literal.ts';
import type { Engine } from '../engine/engine.ts';
import {
  ConnectBindError,
  ConnectError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  TimeoutError,
} from '../protocol/errors.ts';
import type { HostAddress } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { ConnectPlace, Settled } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { oneLine } from '../values/one-line.ts';
import type { ConnectOptions } from './options.ts';
import { Race } from './race.ts';

/** Where a connector connects to, and from where. */
export type Destination = TcpDestination | OwnDestination | Extract<ConnectPlace, { kind: 'unix' | 'stdio' }>;

/** A destination that is not reached over the network: a process that is started, or a connection that exists already. */
export interface OwnDestination {
  readonly kind: 'own';
  /** What it is, for messages, in one line. */
  readonly name: string;
  connect(attempt: Settled<Wire>): { cancel(): void };
  /** The error of an attempt that failed for that cause; that of a connection unless set. */
  errorOf?(cause: Cause): ConnectError;
}

interface TcpDestination {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  /** The family of the addresses to use; both where undefined. */
  readonly family: HostAddress['family'] | undefined;
  /** What the attempts bind to; any address and port where undefined. */
  readonly localHost: string | undefined;
  readonly localPort: number | undefined;
  /** Decides when the name is looked up; at once where undefined. */
  readonly queueLookup: ConnectOptions['queueLookup'] | undefined;
}

type DialStep = 'resolving' | 'racing';

/** What an attempt tells of its course. */
export interface Course extends Settled<Wire, Error> {
  /** A step begins. */
  onStep(): void;
}

/** Returns the destination as a person writes it, in one line. */
export function nameOf(destination: Destination): string {
  if (destination.kind === 'unix') return oneLine(destination.path);
  if (destination.kind === 'stdio') return 'stdio';
  if (destination.kind === 'own') return destination.name;
  const { host, port } = destination;
  return oneLine(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}

/**
 * One attempt to reach a destination: looks the name up, tries its addresses, and fails after a time limit. That includes the time until
 * `end`, in which the wire is admitted.
 */
export class Dial {
  readonly #engine: Engine;
  readonly #destination: Destination;
  readonly #settled: Course;
  /** What it does: looks the name up, or tries the addresses. */
  #step: DialStep = 'racing';
  readonly #timeoutMs: number;
  #timeout: DelayedCall | undefined;
  #attempt: { cancel(): void } | undefined;
  #over = false;

  /** `Infinity` for no limit. `settled.onReady` gets the wire; until `end` is called, `onFailed` may still be called after that. */
  constructor(engine: Engine, destination: Destination, timeoutMs: number, settled: Course) {
    this.#engine = engine;
    this.#destination = destination;
    this.#timeoutMs = timeoutMs;
    this.#settled = settled;
  }

  /** Begins, unless the attempt has been ended already. */
  start(): void {
    if (this.#over) return;
    const destination = this.#destination;
    if (this.#timeoutMs !== Number.POSITIVE_INFINITY) {
      const late = `${nameOf(destination)}: no connection within ${this.#timeoutMs / 1000} s`;
      this.#timeout = this.#engine.callLater(this.#timeoutMs, () => this.#fail(new TimeoutError(late)));
    }
    if (destination.kind === 'tcp') this.#dialHost(destination);
    else {
      this.#enter('racing');
      this.#attempt =
        destination.kind === 'own'
          ? destination.connect(this.#outcome)
          : this.#engine.streams.connect(destination, this.#outcome);
    }
  }

  get step(): DialStep {
    return this.#step;
  }

  /** True once the attempt has succeeded, failed or been ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends the attempt; `onFailed` is called with that reason in a later turn. Does nothing once the attempt is over. */
  fail(reason: Error): void {
    if (this.#over) return;
    this.end();
    // After the events that wait: a program that connects and cancels again and again must not delay them for ever.
    this.#engine.yield(() => this.#settled.onFailed(reason));
  }

  /** Ends the attempt without a call of `settled`: cancels the time limit, the lookup and the connection attempts. */
  end(): void {
    this.#over = true;
    this.#timeout?.cancel();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.cancel();
  }

  readonly #outcome = {
    onReady: (wire: Wire): Sink | null => {
      // The wire has its owner now: a cancel would close it.
      this.#attempt = undefined;
      return this.#settled.onReady(wire);
    },
    onFailed: (cause: Cause): void => this.#fail(errorFor(this.#destination, cause)),
  };

  #dialHost(destination: TcpDestination): void {
    const { host } = destination;
    const family = familyOf(host);
    const { queueLookup } = destination;
    if (family !== undefined) {
      this.#race(destination, [{ family, host }]);
      return;
    }
    this.#enter('resolving');
    if (queueLookup === undefined) void this.#lookUp(destination);
    else this.#queue(destination, queueLookup);
  }

  /** Has the program decide when the name is looked up. What it throws is reported, and fails the attempt. */
  #queue(destination: TcpDestination, queueLookup: NonNullable<TcpDestination['queueLookup']>): void {
    const who = nameOf(destination);
    try {
      const cancel = queueLookup(() => this.#lookUp(destination));
      this.#attempt = { cancel: () => this.#engine.guard(who, 'queueLookup', cancel) };
    } catch (error) {
      this.#engine.report({ who, where: 'queueLookup', error });
      this.fail(new DNSLookupError(`${who}: queueLookup threw`, { cause: error }));
    }
  }

  async #lookUp(destination: TcpDestination): Promise<void> {
    const found = await this.#engine.resolve(destination.host);
    if (this.#over) return;
    if ('kind' in found) {
      this.#outcome.onFailed(found);
      return;
    }
    const { family } = destination;
    const usable = family === undefined ? found : found.filter((address) => address.family === family);
    const addresses = reachable(usable, destination.localHost);
    if (usable.length === 0)
      this.#outcome.onFailed(
        causeOf('lookup', family === undefined ? 'the name has no address' : `the name has no ${family} address`),
      );
    else if (addresses.length === 0)
      this.#outcome.onFailed(causeOf('bind', `the name has no address of the family of ${destination.localHost}`));
    else this.#race(destination, addresses);
  }

  #enter(step: DialStep): void {
    this.#step = step;
    this.#settled.onStep();
  }

  #race(destination: TcpDestination, addresses: readonly HostAddress[]): void {
    this.#enter('racing');
    this.#attempt = new Race(this.#engine.streams, this.#engine, addresses, destination, this.#outcome);
  }

  #fail(reason: ConnectError): void {
    this.end();
    this.#engine.run(() => this.#settled.onFailed(reason));
  }
}

/** Returns the addresses that an attempt from `localHost` can reach: those of its family. */
function reachable(found: readonly HostAddress[], localHost: string | undefined): readonly HostAddress[] {
  if (localHost === undefined) return found;
  return found.filter(({ family }) => family === familyOf(localHost));
}

function causeOf(kind: Cause['kind'], detail: string): Cause {
  return { kind, code: '', detail };
}

function errorFor(destination: Destination, cause: Cause): ConnectError {
  const own = destination.kind === 'own' ? destination.errorOf?.(cause) : undefined;
  return own ?? connectErrorOf(cause, nameOf(destination));
}

function connectErrorOf(cause: Cause, destination: string): ConnectError {
  const options = { cause };
  switch (cause.kind) {
    case 'lookup':
      return new DNSLookupError(`${destination}: ${cause.detail}`, options);
    case 'refused':
      return new ConnectionRefusedError(`${destination}: ${cause.detail}`, options);
    case 'unreachable':
      return new NoRouteError(`${destination}: ${cause.detail}`, options);
    case 'timeout':
      return new TimeoutError(`${destination}: ${cause.detail}`, options);
    case 'bind':
      return new ConnectBindError(`${destination}: ${cause.detail}`, options);
    default:
      return new ConnectError(`${destination}: ${cause.detail}`, options);
  }
}
