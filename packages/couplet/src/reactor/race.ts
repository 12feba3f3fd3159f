import type { HostAddress } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled, Streams } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';

/** After how many milliseconds the next attempt begins: the Connection Attempt Delay that RFC 8305, section 8, recommends. */
const HEAD_START_MS = 250;

/** The cause for an attempt that reached itself: with a listener on the port it would have reached that. */
const OWN_PEER: Cause = { kind: 'refused', code: 'ECONNREFUSED', detail: 'the attempt connected to itself' };

/** Returns the addresses in the order of RFC 8305, section 4: that of the resolver, with the families alternating. */
export function interleave(addresses: readonly HostAddress[]): HostAddress[] {
  const first = addresses.filter((address) => address.family === addresses[0]?.family);
  const second = addresses.filter((address) => address.family !== addresses[0]?.family);
  const order: HostAddress[] = [];
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    const [one, other] = [first[at], second[at]];
    if (one !== undefined) order.push(one);
    if (other !== undefined) order.push(other);
  }
  return order;
}

/** What all attempts of a race have in common. */
interface Target {
  readonly port: number;
  readonly localHost: string | undefined;
  readonly localPort: number | undefined;
}

/**
 * Connects to the first of several addresses that answers (Happy Eyeballs, RFC 8305, section 5): the next attempt begins when the last
 * one has failed, or has not succeeded within 250 ms, and the first success cancels the others.
 */
export class Race {
  readonly #streams: Pick<Streams, 'connect'>;
  readonly #clock: Clock;
  readonly #target: Target;
  readonly #waiting: HostAddress[];
  readonly #outcome: Settled<Wire>;
  readonly #running: Set<{ cancel(): void }> = new Set();
  #headStart: DelayedCall | undefined;
  /** The most informative failure so far; the first of equals. */
  #failure: Cause | undefined;

  constructor(
    streams: Pick<Streams, 'connect'>,
    clock: Clock,
    addresses: readonly HostAddress[],
    target: Target,
    outcome: Settled<Wire>,
  ) {
    this.#streams = streams;
    this.#clock = clock;
    this.#waiting = interleave(addresses);
    this.#target = target;
    this.#outcome = outcome;
    this.#next();
  }

  cancel(): void {
    this.#headStart?.cancel();
    this.#waiting.length = 0;
    for (const attempt of this.#running) attempt.cancel();
    this.#running.clear();
  }

  #next(): void {
    this.#headStart?.cancel();
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (this.#running.size === 0 && this.#failure !== undefined) this.#outcome.onFailed(this.#failure);
      return;
    }
    const { port, localHost, localPort } = this.#target;
    const failed = (cause: Cause): void => {
      // It may have been cancelled while its wire, a connection to itself, was closing.
      if (!this.#running.delete(attempt)) return;
      if (this.#failure === undefined || weightOf(cause) > weightOf(this.#failure)) this.#failure = cause;
      this.#next();
    };
    const attempt = this.#streams.connect(
      { kind: 'tcp', host: address.host, port, localHost, localPort },
      {
        onReady: (wire) => {
          if (isOwnPeer(wire, port)) return leave(wire, failed);
          this.#running.delete(attempt);
          this.cancel();
          return this.#outcome.onReady(wire);
        },
        onFailed: failed,
      },
    );
    this.#running.add(attempt);
    if (this.#waiting.length > 0) this.#headStart = this.#clock.callLater(HEAD_START_MS, () => this.#next());
  }
}

/**
 * Returns how much a failure says about the destination. It says least that there is no route to it, and little that the local address
 * cannot be used.
 */
function weightOf({ kind }: Cause): number {
  if (kind === 'unreachable') return 0;
  return kind === 'bind' ? 1 : 2;
}

/**
 * True if both ends of a wire are the same: if a port of this host has no listener, the system may choose that very port for the
 * attempt, which then connects to itself (simultaneous open, RFC 9293, section 3.5). The peer is asked for only if the ports agree.
 */
function isOwnPeer(wire: Wire, port: number): boolean {
  const { local } = wire;
  if (local === undefined || !('port' in local) || local.port !== port) return false;
  const { peer } = wire;
  return peer !== undefined && 'port' in peer && peer.port === local.port && peer.host === local.host;
}

/** Aborts such a wire, so that its port is free for a server at once. The attempt fails when the wire has closed. */
function leave(wire: Wire, failed: (cause: Cause) => void): Sink {
  wire.abort();
  const sink: Sink = {
    onData: () => {},
    onEof: () => {},
    onWritable: () => {},
    onWriteFailed: () => {},
    onSecured: () => sink,
    onClosed: () => failed(OWN_PEER),
  };
  return sink;
}
