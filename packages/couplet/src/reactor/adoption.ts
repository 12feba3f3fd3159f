import { ConnectError } from '../protocol/errors.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { AdoptPlace, DuplexLike } from '../seam/adopt.ts';
import type { Cause } from '../seam/cause.ts';
import type { Listener, ListenSink, Settled, Streams } from '../seam/streams.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import { classOf, described, hasMethods } from '../values/checks.ts';
import type { AdoptOptions } from './options.ts';
import type { Outcome, WireSource } from './port.ts';

const UNABLE: Cause = { kind: 'other', code: 'ENOTSUP', detail: 'this runtime cannot adopt streams' };
const ADOPTED: Cause = { kind: 'other', code: 'EBUSY', detail: 'it was adopted already' };

/** The methods by which a duplex stream is recognized. */
const DUPLEX: readonly (keyof DuplexLike)[] = ['on', 'write', 'end', 'pause', 'resume', 'destroy'];

/** The streams that have been adopted. */
const TAKEN: WeakSet<DuplexLike> = new WeakSet();

/** A connection that exists already, which one wire is made of. */
export class Existing {
  /** What it is, for messages. */
  readonly name: string;
  readonly #streams: Pick<Streams, 'adopt'>;
  readonly #place: AdoptPlace;
  #used = false;

  constructor(
    streams: Pick<Streams, 'adopt'>,
    what: { fd: number } | { duplex: DuplexLike },
    options: Pick<AdoptOptions, 'local' | 'peer'>,
  ) {
    const { local, peer } = options;
    this.name = 'fd' in what ? `descriptor ${what.fd}` : `stream ${classOf(what.duplex) ?? 'without a class'}`;
    this.#streams = streams;
    this.#place = { ...what, ...(local !== undefined && { local }), ...(peer !== undefined && { peer }) };
    if (!('duplex' in what)) return;
    TAKEN.add(what.duplex);
    // It may fail while its factory starts: an error without a listener would end the process.
    what.duplex.on('error', () => {});
  }

  /** Makes a wire of it. From `cancel` on nothing is told, and the wire is closed. */
  adopt({ onReady, onFailed }: Settled<Wire>): { cancel(): void } {
    let open = true;
    const failed = (cause: Cause): void => {
      if (open) onFailed(cause);
    };
    const settled: Settled<Wire> = { onReady: (wire) => (open ? onReady(wire) : null), onFailed: failed };
    const { adopt } = this.#streams;
    const failure = adopt === undefined ? UNABLE : ADOPTED;
    if (adopt === undefined || this.#used) void Promise.resolve().then(() => failed(failure));
    else adopt(this.#place, settled);
    this.#used = true;
    return {
      cancel: () => {
        open = false;
      },
    };
  }

  /**
   * Resolves to the protocol that `connect` connects it to. When that fails, it is closed if no wire was made of it; a wrong argument leaves
   * it as it was.
   */
  async connected<P>(connect: () => Promise<P>): Promise<P> {
    try {
      return await connect();
    } catch (error) {
      const untouched = error instanceof TypeError || error instanceof RangeError;
      if (untouched) this.#release();
      else if (!this.#used) this.adopt({ onReady: () => null, onFailed: () => {} });
      throw error;
    }
  }

  #release(): void {
    if (!this.#used && 'duplex' in this.#place) TAKEN.delete(this.#place.duplex);
  }
}

/** A port whose only wire is made of what exists already. It is exhausted when that is refused, or gone. */
export class Adoption implements WireSource {
  readonly name: string;
  /** Resolves to the protocol, or rejects with the reason why it has none. */
  readonly protocol: Promise<Callbacks>;
  readonly outcome: Outcome;
  readonly #existing: Existing;
  readonly #exhausted: Promise<void>;

  constructor(existing: Existing) {
    let seated: Outcome['seated'] = () => {};
    let refused: Outcome['refused'] = () => {};
    let lost: Outcome['lost'] = () => {};
    this.name = existing.name;
    this.#existing = existing;
    this.protocol = new Promise((resolve, reject) => {
      seated = resolve;
      refused = reject;
    });
    // It is awaited only once the port is open.
    this.protocol.catch(() => {});
    this.#exhausted = new Promise((resolve) => {
      lost = resolve;
    });
    this.outcome = {
      seated,
      refused: (reason) => {
        refused(reason);
        lost();
      },
      lost,
    };
  }

  listen(_handover: object, sink: ListenSink): Promise<Listener | Cause> {
    return new Promise((resolve) => {
      const { cancel } = this.#existing.adopt({
        onReady: (wire): Sink | null => {
          const name = wire.local ?? { family: 'PIPE' };
          resolve({ name, close: async () => cancel(), exhausted: this.#exhausted });
          return sink.onAccepted(wire);
        },
        onFailed: resolve,
      });
    });
  }

  failure(why: string, options?: ErrorOptions): ConnectError {
    return new ConnectError(`${this.name}: ${why}`, options);
  }
}

/** Throws a `TypeError` unless it is a duplex stream of bytes that nothing reads, and of which neither direction has ended. */
export function checkDuplex(duplex: unknown): asserts duplex is DuplexLike {
  if (!isDuplex(duplex)) throw new TypeError(`duplex is ${described(duplex)}, not a duplex stream`);
  const flaw = flawOf(duplex);
  if (flaw !== undefined) throw new TypeError(`duplex is ${described(duplex)} that ${flaw}`);
}

/** Throws a `TypeError` that names the option unless it is an address, or undefined. */
export function checkAddress(name: string, address: unknown): void {
  if (address === undefined || (typeof address === 'object' && address !== null && 'family' in address)) return;
  throw new TypeError(`${name} is ${described(address)}, not an address such as new IPv4Address('192.0.2.1', 8007)`);
}

function isDuplex(value: unknown): value is DuplexLike {
  return typeof value === 'object' && hasMethods(value, DUPLEX);
}

function flawOf(duplex: DuplexLike): string | undefined {
  if (duplex.errored !== undefined && duplex.errored !== null) return `has failed: ${duplex.errored.message}`;
  if (duplex.readable === false || duplex.writable === false) return 'has ended';
  if (TAKEN.has(duplex)) return 'was adopted already';
  if (duplex.readableFlowing === true) return 'is flowing: something reads it already';
  if (duplex.readableObjectMode === true) return 'is in object mode, not one of bytes';
  const encoding = duplex.readableEncoding;
  return typeof encoding === 'string' ? `makes text of what it reads (${encoding}), not bytes` : undefined;
}
