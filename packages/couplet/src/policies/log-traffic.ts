import type { Address } from '../address/address.ts';
import { addressOf } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Factory } from '../protocol/factory.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import { type Clock, reportTo } from '../time/clock.ts';
import { checkFunction } from '../values/checks.ts';
import { oneLine, quoted } from '../values/one-line.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Guarded } from './guarded.ts';
import { guard } from './guarded.ts';

/** How many bytes of a chunk a line shows. */
const SHOWN = 256;

/**
 * What happens on a connection: it is there; bytes arrived, or were handed to the system; the peer ended its output, or this
 * side did; it is gone.
 */
export type TrafficEvent =
  | { readonly event: 'opened' | 'readEnded' | 'writeEnded' }
  | {
      readonly event: 'received' | 'sent';
      /** They may change when the log has returned: copy what is to be kept. */
      readonly bytes: Uint8Array;
    }
  | {
      readonly event: 'closed';
      /** Why, for a person to read: one line. */
      readonly why: string;
    };

/** One entry of a traffic log. */
export type TrafficEntry = TrafficEvent & {
  /** The number of the connection; those of one log are counted from 1. */
  readonly connection: number;
  readonly peer: Address;
  /** When, in milliseconds since 1970 (UTC). */
  readonly time: number;
};

/**
 * Gives `log` an entry for whatever passes between the connections of the factory and the network, or the policies further
 * out. What it throws, or a promise that it returns rejects with, is reported to the observers, and hurts no connection. Throws a
 * `TypeError` for a log that is no function.
 */
export function logTraffic<F extends Factory | ClientFactory>(
  factory: F,
  log: (entry: TrafficEntry) => void,
): Guarded<F> {
  checkFunction('log', log, 'a function that takes an entry');
  let connections = 0;
  const filter = (wire: Wire, clock: Clock): Filter => {
    connections += 1;
    return new Logged(wire, clock, connections, log);
  };
  return guard(factory, { filter });
}

/**
 * An entry as one line, such as `#3 127.0.0.1:4321 received 7 bytes: hello\u000d\n`. Bytes are shown as UTF-8, the first 256.
 * What cannot be printed is escaped, and a backslash is doubled: a peer writes no lines of its own, and fakes no escape.
 */
export function formatTraffic(entry: TrafficEntry): string {
  return oneLine(`#${entry.connection} ${entry.peer.authority} ${entry.event}${detailOf(entry)}`);
}

function detailOf(entry: TrafficEntry): string {
  switch (entry.event) {
    case 'received':
    case 'sent': {
      const { buffer, byteOffset, length } = entry.bytes;
      const shown = Buffer.from(buffer, byteOffset, Math.min(length, SHOWN)).toString();
      return ` ${length} byte${length === 1 ? '' : 's'}: ${quoted(shown)}${length > SHOWN ? '...' : ''}`;
    }
    case 'closed':
      return `: ${entry.why}`;
    default:
      return '';
  }
}

/** Writes down what passes. */
class Logged extends Filter {
  readonly #clock: Clock;
  readonly #connection: number;
  readonly #peer: Address;
  readonly #log: (entry: TrafficEntry) => void;

  constructor(wire: Wire, clock: Clock, connection: number, log: (entry: TrafficEntry) => void) {
    super(wire);
    this.#clock = clock;
    this.#connection = connection;
    this.#peer = addressOf(wire.peer);
    this.#log = log;
    this.#enter({ event: 'opened' });
  }

  override write(chunk: Uint8Array): boolean {
    this.#enter({ event: 'sent', bytes: chunk });
    return super.write(chunk);
  }

  override end(): void {
    this.#enter({ event: 'writeEnded' });
    super.end();
  }

  override onData(chunk: Buffer): void {
    this.#enter({ event: 'received', bytes: chunk });
    super.onData(chunk);
  }

  override onEof(): void {
    this.#enter({ event: 'readEnded' });
    super.onEof();
  }

  override onClosed(cause: Cause): void {
    super.onClosed(cause);
    this.#enter({ event: 'closed', why: quoted(cause.detail) });
  }

  #enter(event: TrafficEvent): void {
    const entry = { ...event, connection: this.#connection, peer: this.#peer, time: this.#clock.wallClock() };
    try {
      const written: unknown = this.#log(entry);
      if (isThenable(written)) promiseOf(written).catch((error) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    reportTo(this.#clock, { who: `logTraffic at ${this.#peer.authority}`, where: 'log', error });
  }
}
