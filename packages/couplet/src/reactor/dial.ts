import { familyOf } from '../address/literal.ts';
import { under } from '../engine/adopt.ts';
import type { Engine } from '../engine/engine.ts';
import { Handshake } from '../engine/handshake.ts';
import { announce } from '../haproxy/announce.ts';
import {
  ConnectBindError,
  ConnectError,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  TimeoutError,
  TLSError,
  UserAbortError,
} from '../protocol/errors.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ClientTLS } from '../protocol/tls.ts';
import { serverNameOf } from '../protocol/tls.ts';
import type { HostAddress } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/settled.ts';
import type { ConnectPlace } from '../seam/streams.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { oneLine } from '../values/one-line.ts';
import type { ConnectOptions } from './options.ts';
import { Race } from './race.ts';

const NOTHING = Buffer.alloc(0);

/** Where a connector connects to, and from where. */
export type Destination = TcpDestination | Extract<ConnectPlace, { kind: 'unix' | 'stdio' }>;

interface TcpDestination {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  /** The family of the addresses to use; both where undefined. */
  readonly family: HostAddress['family'] | undefined;
  /** What the attempts bind to; any address and port where undefined. */
  readonly localHost: string | undefined;
  readonly localPort: number | undefined;
  /** Decides when the name is looked up. */
  readonly queueLookup: ConnectOptions['queueLookup'] | undefined;
}

/** What comes first on the wire. */
export interface Preamble {
  /** The PROXY header, or its version: it announces this end itself then. */
  readonly proxyHeader: ProxyHeader | 1 | 2 | undefined;
  readonly tls: ClientTLS | undefined;
}

/** A wire that is there, and what its handshake agreed on where there was one. */
export interface Dialled {
  readonly wire: Wire;
  readonly tls?: TlsInfo;
}

/** The destination as a person writes it, in one line. */
export function nameOf(destination: Destination): string {
  if (destination.kind === 'unix') return oneLine(destination.path);
  if (destination.kind === 'stdio') return 'stdio';
  const { host, port } = destination;
  return oneLine(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}

function headerFor({ local, peer }: Wire, header: ProxyHeader | 1 | 2): ProxyHeader {
  if (typeof header !== 'number') return header;
  return { version: header, command: 'PROXY', source: local, destination: peer, tlvs: [] };
}

/** The name that a server's certificate must have. Throws a `TLSError` for a host of which no certificate can be. */
function certifiedNameOf(destination: Destination): string {
  if (destination.kind !== 'tcp') return '';
  const name = serverNameOf(destination.host);
  if (name === undefined) throw new TLSError('no certificate can have that name');
  return name;
}

/** One attempt to reach a destination: looks the name up, races its addresses, and gives up after a time. */
export class Dial {
  readonly #engine: Engine;
  readonly #destination: Destination;
  readonly #answer: Settled<Dialled, Error>;
  readonly #timeoutMs: number;
  readonly #preamble: Preamble;
  #timeout: DelayedCall | undefined;
  #attempt: { cancel(): void } | undefined;
  #over = false;

  /** A `timeoutMs` of `Infinity` never gives up. */
  constructor(
    engine: Engine,
    destination: Destination,
    timeoutMs: number,
    preamble: Preamble,
    answer: Settled<Dialled, Error>,
  ) {
    this.#engine = engine;
    this.#destination = destination;
    this.#timeoutMs = timeoutMs;
    this.#preamble = preamble;
    this.#answer = answer;
  }

  /** Begins, unless it was cancelled before. */
  start(): void {
    if (this.#over) return;
    const destination = this.#destination;
    if (this.#timeoutMs !== Number.POSITIVE_INFINITY) {
      const late = `${nameOf(destination)}: no connection within ${this.#timeoutMs / 1000} s`;
      this.#timeout = this.#engine.callLater(this.#timeoutMs, () => this.#fail(new TimeoutError(late)));
    }
    if (destination.kind === 'tcp') this.#dialHost(destination);
    else this.#attempt = this.#engine.streams.connect(destination, this.#outcome);
  }

  /** True when it has come to something, or was ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends the attempt; `onFailed` comes later with a `UserAbortError`. */
  cancel(): void {
    this.fail(new UserAbortError(`${nameOf(this.#destination)}: the attempt was cancelled`));
  }

  /** Ends the attempt; `onFailed` comes later with that reason. */
  fail(reason: Error): void {
    if (this.#over) return;
    this.#end();
    // After the events that wait: whoever tries again at once, and cancels again, must not keep them waiting for ever.
    this.#engine.yield(() => this.#answer.onFailed(reason));
  }

  readonly #outcome = {
    onReady: (bare: Wire): Sink | null => {
      // The wire belongs to somebody else now: a cancel would close it.
      this.#attempt = undefined;
      const { tls } = this.#preamble;
      const wire = this.#announce(bare);
      if (wire === null) return null;
      if (tls !== undefined) return this.#secure(wire, tls);
      this.#end();
      return this.#answer.onReady({ wire });
    },
    onFailed: (cause: Cause): void => this.#fail(connectErrorOf(cause, nameOf(this.#destination))),
  };

  /** Sends the PROXY header, if there is to be one. Null when it cannot be written: that fails the attempt. */
  #announce(bare: Wire): Wire | null {
    const { proxyHeader } = this.#preamble;
    if (proxyHeader === undefined) return bare;
    try {
      return announce(bare, headerFor(bare, proxyHeader));
    } catch (error) {
      const why = error instanceof RangeError ? error.message : String(error);
      this.#failLater(new ConnectError(`${nameOf(this.#destination)}: proxyHeader: ${why}`, { cause: error }));
      return null;
    }
  }

  #secure(wire: Wire, tls: ClientTLS): Sink | null {
    const name = nameOf(this.#destination);
    try {
      const serverName = tls.serverName ?? certifiedNameOf(this.#destination);
      const handshake = new Handshake(this.#engine, wire, tls, serverName, NOTHING, {
        onReady: (info) => {
          if (this.#over) return null;
          this.#attempt = undefined;
          this.#end();
          return this.#answer.onReady({ wire, tls: info });
        },
        onFailed: (reason) => {
          if (this.#over) return;
          this.#attempt = undefined;
          const Failure = reason instanceof TimeoutError ? TimeoutError : TLSError;
          this.#fail(new Failure(`${name}: ${reason.message}`, { cause: reason.cause }));
        },
      });
      this.#attempt = { cancel: () => handshake.quit() };
      return under(wire, handshake);
    } catch (error) {
      const why = error instanceof TLSError ? error.message : String(error);
      this.#failLater(new TLSError(`${name}: ${why}`, { cause: error }));
      return null;
    }
  }

  #dialHost(destination: TcpDestination): void {
    const { host } = destination;
    const family = familyOf(host);
    const { queueLookup } = destination;
    if (family !== undefined) this.#race(destination, [{ family, host }]);
    else if (queueLookup === undefined) void this.#lookUp(destination);
    else this.#attempt = { cancel: queueLookup(() => this.#lookUp(destination)) };
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

  #race(destination: TcpDestination, addresses: readonly HostAddress[]): void {
    this.#attempt = new Race(this.#engine.streams, this.#engine, addresses, destination, this.#outcome);
  }

  #failLater(reason: ConnectError): void {
    this.#engine.yield(() => this.#over || this.#fail(reason));
  }

  #fail(reason: ConnectError): void {
    this.#end();
    this.#engine.run(() => this.#answer.onFailed(reason));
  }

  #end(): void {
    this.#over = true;
    this.#timeout?.cancel();
    this.#attempt?.cancel();
  }
}

/** The addresses that an attempt from `localHost` can reach: those of its family. */
function reachable(found: readonly HostAddress[], localHost: string | undefined): readonly HostAddress[] {
  if (localHost === undefined) return found;
  return found.filter(({ family }) => family === familyOf(localHost));
}

function causeOf(kind: Cause['kind'], detail: string): Cause {
  return { kind, code: '', detail };
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
