import type { Address } from '../address/address.ts';
import { addressOf } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import type { Cause } from '../seam/cause.ts';
import type { Wire } from '../seam/wire.ts';
import { type Clock, reportTo } from '../time/clock.ts';
import { checkFunction } from '../values/checks.ts';
import { oneLine, quoted } from '../values/one-line.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { Guardable, Guarded } from './guarded.ts';
import { guard } from './guarded.ts';

/** How many bytes of a chunk a line shows. */
const SHOWN = 256;

/**
 * An event of a connection: it opened; bytes were received, or were passed to the system to be sent; the peer ended its output
 * (`readEnded`), or this side did (`writeEnded`); it closed.
 */
export type TrafficEvent =
  | {
      /** What happened, which says whether `bytes` or `why` is present. */
      readonly event: 'opened' | 'readEnded' | 'writeEnded';
    }
  | {
      /** Which way the bytes went. */
      readonly event: 'received' | 'sent';
      /** The bytes, which may change once the log has returned: copy what is to be kept. */
      readonly bytes: Uint8Array;
    }
  | {
      readonly event: 'closed';
      /** The reason, in one line for a person to read. */
      readonly why: string;
    };

/** One entry of a traffic log. */
export type TrafficEntry = TrafficEvent & {
  /** The number of the connection, counted from 1 in each log. */
  readonly connection: number;
  /** The address of the peer. */
  readonly peer: Address;
  /** When it happened, in milliseconds since 1970 (UTC). */
  readonly time: number;
};

/**
 * Logs what passes between the connections of a factory and the network, or the policies further out. Returns a factory of the
 * same side to use in its place; it builds the same protocols. `log` is called with each entry as it happens; what it throws, or
 * what a promise that it returns rejects with, is reported to the observers, and does not affect the connection.
 *
 * Throws a `TypeError` if `factory` is neither a factory nor a function, or `log` is not a function.
 *
 * @param log Receives each entry; `formatTraffic` makes a line of it.
 */
export function logTraffic<F extends Guardable>(factory: F, log: (entry: TrafficEntry) => void): Guarded<F> {
  checkFunction('log', log, 'a function that takes an entry');
  let connections = 0;
  const filter = (wire: Wire, clock: Clock): Filter => {
    connections += 1;
    return new Logged(wire, clock, connections, log);
  };
  return guard(factory, { filter, describe: () => ({ policy: 'logTraffic', connections }) });
}

/**
 * Returns an entry as one line, such as `#3 127.0.0.1:4321 received 7 bytes: hello\u000d\n`. The first 256 bytes are shown, as
 * UTF-8. What cannot be printed is escaped, and a backslash is doubled: so a peer can neither add lines nor fake an escape.
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

/** Logs what passes over one connection. */
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
