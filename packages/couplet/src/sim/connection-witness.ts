import type { StreamTransport } from '../engine/stream-transport.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import type { ConnectionState, ConnectionView, MovedChunk } from '../protocol/views.ts';

/** The states in which nothing is unsent but what the wire holds: all was sent, or the rest was dropped. */
const DROPPED: ReadonlySet<ConnectionState> = new Set([
  'reading',
  'lingering',
  'leaving',
  'aborting',
  'broken',
  'delivering',
  'concluding',
  'gone',
]);

/**
 * Counts for itself what one connection is given and gives away, and compares that with what a view of the connection shows. It stands
 * where the engine does not count: around the calls of the protocol and of the wire. That wire is the topmost filter, if policies or a
 * PROXY header put some on the connection, so what is counted is what the protocol sees.
 */
export class ConnectionWitness {
  /** What was told of the connection when it was made. */
  readonly made: ConnectionView;
  readonly #name: string;
  bytesIn = 0;
  bytesOut = 0;
  #reads = 0;
  #writes = 0;
  /** How many bytes were written and are not taken yet, and how many of these the wire holds. */
  #unsent = 0;
  #held = 0;
  /** How many bytes more than characters the text among them has: the engine counts characters until it makes bytes of them. */
  #beyond = 0;
  /** The most that was unsent, and `#beyond` at that time. */
  #mostUnsent = 0;
  #beyondMost = 0;
  /** This side has ended its output. */
  #shut = false;
  #producing = false;
  /** Whether chunks are told; how many were told in each direction, and how many bytes they had. */
  readonly #records: boolean;
  readonly #told = { in: { chunks: 0, bytes: 0 }, out: { chunks: 0, bytes: 0 } };

  /** Counts from now on, before the first callback of the protocol. `name` is for messages; `records` says whether chunks are told. */
  constructor(transport: StreamTransport, made: ConnectionView, name: string, records: boolean) {
    this.made = made;
    this.#name = name;
    this.#records = records;
    this.#countInput(transport);
    this.#countOutput(transport);
    this.#countWritten(transport);
  }

  /** A chunk is told. */
  hear({ direction, bytes }: MovedChunk): void {
    this.#told[direction].chunks += 1;
    this.#told[direction].bytes += bytes;
  }

  /** Returns what a view shows and was not counted, in one line; undefined if all is equal. */
  differs(view: ConnectionView): string | undefined {
    const queued = DROPPED.has(view.state) ? this.#held : this.#unsent;
    const counted: readonly (readonly [name: string, shown: number, counted: number])[] = [
      ['bytesIn', view.bytesIn, this.bytesIn],
      ['bytesOut', view.bytesOut, this.bytesOut],
      ['reads', view.reads, this.#reads],
      ['writes', view.writes, this.#writes],
      ['queued', view.queued, within(view.queued, queued, this.#beyond)],
      [
        'maxQueued',
        view.maxQueued,
        view.state === 'open' ? within(view.maxQueued, this.#mostUnsent, this.#beyondMost) : view.maxQueued,
      ],
    ];
    const wrong = counted.find(([, shown, number]) => shown !== number);
    if (wrong !== undefined) return `${this.#name}: its view has ${wrong[0]} ${wrong[1]}, and ${wrong[2]} were counted`;
    const told = this.#records ? this.#untold() : undefined;
    if (told !== undefined) return `${this.#name}: ${told}`;
    for (const key of ['id', 'role', 'origin', 'host', 'peer', 'since'] as const)
      if (view[key] !== this.made[key])
        return `${this.#name}: its view has ${key} ${view[key]}, and was made with ${this.made[key]}`;
    return undefined;
  }

  /** Returns what was told of chunks and was not counted, in one line; undefined if all is equal. */
  #untold(): string | undefined {
    const told = this.#told;
    if (told.in.bytes !== this.bytesIn || told.in.chunks !== this.#reads)
      return `${told.in.bytes} bytes in ${told.in.chunks} chunks were told as in, and ${this.bytesIn} in ${this.#reads} were counted`;
    // The last write may be with the wire, or was never taken.
    const most = this.#writes;
    if (told.out.bytes !== this.bytesOut || told.out.chunks > most || told.out.chunks < most - 1)
      return `${told.out.bytes} bytes in ${told.out.chunks} chunks were told as out, and ${this.bytesOut} in ${most} were counted`;
    return undefined;
  }

  #countInput(transport: StreamTransport): void {
    const { onData } = transport;
    transport.onData = (chunk) => {
      if (!transport.disconnecting) {
        this.bytesIn += chunk.length;
        this.#reads += 1;
      }
      onData.call(transport, chunk);
    };
  }

  #countOutput(transport: StreamTransport): void {
    const { wire, flush, onWritable } = transport;
    const { write } = wire;
    // A filter may write something of its own.
    let flushing = false;
    transport.flush = () => {
      flushing = true;
      try {
        return flush.call(transport);
      } finally {
        flushing = false;
      }
    };
    wire.write = (chunk) => {
      if (!flushing) return write.call(wire, chunk);
      this.#writes += 1;
      const taken = write.call(wire, chunk);
      if (taken) this.#takes(chunk.length);
      else this.#held = chunk.length;
      return taken;
    };
    transport.onWritable = () => {
      this.#takes(this.#held);
      this.#held = 0;
      onWritable.call(transport);
    };
  }

  #takes(bytes: number): void {
    this.bytesOut += bytes;
    this.#unsent -= bytes;
    if (this.#unsent === 0) this.#beyond = 0;
  }

  #countWritten(transport: StreamTransport): void {
    const { write, loseWriteConnection, registerProducer, unregisterProducer } = transport;
    const writePair = transport['~writePair'];
    const counted = (data: readonly (Uint8Array | string)[], call: () => boolean): boolean => {
      const [unsent, beyond] = [this.#unsent, this.#beyond];
      if (this.#producing || !(this.#shut || transport.disconnecting)) for (const one of data) this.#written(one);
      try {
        return call();
      } catch (error) {
        [this.#unsent, this.#beyond] = [unsent, beyond];
        throw error;
      }
    };
    transport.write = (data) => counted([data], () => write.call(transport, data));
    transport['~writePair'] = (first, second) =>
      counted([first, second], () => writePair.call(transport, first, second));
    transport.loseWriteConnection = () => {
      this.#shut = true;
      loseWriteConnection.call(transport);
    };
    transport.registerProducer = (producer: Producer | PullProducer, streaming: boolean) => {
      Reflect.apply(registerProducer, transport, [producer, streaming]);
      this.#producing = true;
    };
    transport.unregisterProducer = () => {
      this.#producing = false;
      unregisterProducer.call(transport);
    };
  }

  #written(data: Uint8Array | string): void {
    const bytes = Buffer.byteLength(data);
    this.#unsent += bytes;
    this.#beyond += bytes - data.length;
    if (this.#unsent <= this.#mostUnsent) return;
    this.#mostUnsent = this.#unsent;
    this.#beyondMost = this.#beyond;
  }
}

/** Returns what may be shown: of text that is not bytes yet, a little less than was counted. */
function within(shown: number, counted: number, beyond: number): number {
  return shown < counted && shown >= counted - beyond ? shown : counted;
}
