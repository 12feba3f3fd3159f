import type { MovedChunk } from '../protocol/views.ts';
import type { Wire } from '../seam/wire.ts';
import type { Observers } from './observers.ts';

/** What a queue needs of the wire that it is flushed to. */
export type Outflow = Pick<Wire, 'copies' | 'write'>;

/** Tells observers of each chunk. There is one only while an observer asks for chunks, so that it costs nothing otherwise. */
export class Recorder {
  readonly #now: () => number;
  readonly #observers: Observers;
  /** Copies of chunks that wires hold, where observers want the bytes. */
  readonly #held: WeakMap<Wire, Buffer> = new WeakMap();

  constructor(now: () => number, observers: Observers) {
    this.#now = now;
    this.#observers = observers;
  }

  /** A chunk has arrived. */
  arrived(connection: number, chunk: Buffer): void {
    // Copied, since the chunk belongs to the protocol.
    const data = this.#observers.wantBytes(connection) ? Buffer.from(chunk) : undefined;
    this.#observers.chunk({ connection, direction: 'in', bytes: chunk.length, at: this.#now() }, data);
  }

  /** The wire has passed on the chunk that it held. */
  passedOn(wire: Wire, connection: number, bytes: number): void {
    const data = this.#held.get(wire);
    this.#held.delete(wire);
    this.#observers.chunk({ connection, direction: 'out', bytes, at: this.#now() }, data);
  }

  /** Returns what a connection is flushed to, once, in place of its wire. */
  outflow(wire: Wire, connection: number): RecordedOutflow {
    return new RecordedOutflow(wire, connection, this.#observers, this.#now, this.#held);
  }
}

/** Notes what a wire takes, and tells it when that is over: an observer could write to the queue that is being flushed. */
class RecordedOutflow implements Outflow {
  readonly #wire: Wire;
  readonly #connection: number;
  readonly #observers: Observers;
  readonly #now: () => number;
  readonly #held: WeakMap<Wire, Buffer>;
  readonly #wanted: boolean;
  readonly #taken: (readonly [chunk: MovedChunk, data: Buffer | undefined])[] = [];

  constructor(wire: Wire, connection: number, observers: Observers, now: () => number, held: WeakMap<Wire, Buffer>) {
    this.#wire = wire;
    this.#connection = connection;
    this.#observers = observers;
    this.#now = now;
    this.#held = held;
    this.#wanted = observers.wantBytes(connection);
  }

  get copies(): boolean {
    return this.#wire.copies;
  }

  write(chunk: Uint8Array): boolean {
    // Copied before, since a chunk that is taken may be used again at once.
    const data = this.#wanted ? Buffer.from(chunk) : undefined;
    const taken = this.#wire.write(chunk);
    if (taken) {
      const at = this.#now();
      this.#taken.push([{ connection: this.#connection, direction: 'out', bytes: chunk.length, at }, data]);
    } else if (data !== undefined) this.#held.set(this.#wire, data);
    return taken;
  }

  /** Tells what the wire has taken. */
  tell(): void {
    for (const [chunk, data] of this.#taken) this.#observers.chunk(chunk, data);
  }
}
