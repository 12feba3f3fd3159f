import type { MovedChunk } from '../protocol/views.ts';
import type { Wire } from '../seam/wire.ts';
import type { Observers } from './observers.ts';

/** What a queue needs of the wire that it is flushed to. */
export type Outflow = Pick<Wire, 'copies' | 'write'>;

/** A chunk of which observers are told when they can do no harm, and a copy of its bytes if one of them wants that. */
export interface Arrival {
  readonly chunk: MovedChunk;
  readonly data: Buffer | undefined;
}

/**
 * Notes chunks as they move, and tells observers of them when that is over: they could write to the queue that is being flushed. There is
 * one only while an observer asks for chunks, so that it costs nothing otherwise.
 */
export class Recorder implements Outflow {
  readonly #now: () => number;
  readonly #observers: Observers;
  /** Copies of chunks that wires hold, where observers want the bytes. */
  readonly #held: WeakMap<Wire, Buffer> = new WeakMap();
  /** The connection that is being flushed. */
  #wire: Wire | undefined;
  #connection = 0;
  #wanted = false;
  /** What its wire has taken, with the bytes of those that are wanted, at the same places. */
  #taken: MovedChunk[] = [];
  #data: Buffer[] = [];

  constructor(now: () => number, observers: Observers) {
    this.#now = now;
    this.#observers = observers;
  }

  /** A chunk arrives, at the time that is given or now. It is copied before the protocol, whose it is, can change it. */
  arrive(connection: number, bytes: Buffer, at: number = this.#now()): Arrival {
    const data = this.#observers.wantBytes(connection) ? Buffer.from(bytes) : undefined;
    return { chunk: { connection, direction: 'in', bytes: bytes.length, at }, data };
  }

  /** The protocol has got the chunk. */
  arrived({ chunk, data }: Arrival): void {
    this.#observers.chunk(chunk, data);
  }

  /** The wire has passed on the chunk that it held. */
  passedOn(wire: Wire, connection: number, bytes: number): void {
    const data = this.#held.get(wire);
    if (data !== undefined) this.#held.delete(wire);
    this.#observers.chunk({ connection, direction: 'out', bytes, at: this.#now() }, data);
  }

  /** Returns what a connection is flushed to in place of its wire. `tell` has to follow. */
  outflow(wire: Wire, connection: number): this {
    this.#wire = wire;
    this.#connection = connection;
    this.#wanted = this.#observers.wantBytes(connection);
    return this;
  }

  get copies(): boolean {
    return this.#wire?.copies ?? false;
  }

  write(chunk: Uint8Array): boolean {
    const wire = this.#wire;
    if (wire === undefined) throw new Error('nothing is being flushed');
    // Copied before, since a chunk that is taken may be used again at once.
    const data = this.#wanted ? Buffer.from(chunk) : undefined;
    const taken = wire.write(chunk);
    if (taken) {
      if (data !== undefined) this.#data[this.#taken.length] = data;
      this.#taken.push({ connection: this.#connection, direction: 'out', bytes: chunk.length, at: this.#now() });
    } else if (data !== undefined) this.#held.set(wire, data);
    return taken;
  }

  /** The flush is over: tells what the wire has taken. */
  tell(): void {
    this.#wire = undefined;
    const taken = this.#taken;
    if (taken.length === 0) return;
    const data = this.#data;
    this.#taken = [];
    if (data.length > 0) this.#data = [];
    for (let index = 0; index < taken.length; index += 1)
      this.#observers.chunk(taken[index] as MovedChunk, data[index]);
  }
}
