import type { Reactor } from 'couplet';
import type { Passed } from '../values/frame.ts';
import { tenths } from './numbers.ts';

/** The most bytes that are kept of a connection, and of all. */
const MOST_EACH = 64 * 1024;
const MOST_IN_ALL = 16 * 1024 * 1024;
/** In how many chunks the bytes of a connection are at most: each has a place of its own in a frame, which a viewer's queue has to hold. */
const MOST_PIECES = 1000;

interface Piece {
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly data: Buffer;
}

/** What is kept of a connection while it is looked at. */
interface Kept {
  viewers: number;
  size: number;
  readonly pieces: Piece[];
}

/** The last bytes of the connections that viewers look at, in memory alone. The reactor is watched only while there is one. */
export class Payload {
  readonly #reactor: Pick<Reactor, 'observe'>;
  readonly #kept: Map<number, Kept> = new Map();
  readonly #ids: Set<number> = new Set();
  #size = 0;
  #leave: (() => void) | undefined;

  constructor(reactor: Pick<Reactor, 'observe'>) {
    this.#reactor = reactor;
  }

  /** One more looks at a connection. */
  enter(id: number): void {
    const kept = this.#kept.get(id) ?? { viewers: 0, size: 0, pieces: [] };
    kept.viewers += 1;
    this.#kept.set(id, kept);
    this.#ids.add(id);
    this.#leave ??= this.#reactor.observe(
      { chunk: ({ connection, direction, at }, data) => data && this.#add(connection, { direction, at, data }) },
      { bytesOf: this.#ids },
    );
  }

  /** One looks no more: what was kept is forgotten with the last of them. */
  leave(id: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.viewers -= 1;
    if (kept.viewers > 0) return;
    this.#size -= kept.size;
    this.#kept.delete(id);
    this.#ids.delete(id);
    if (this.#ids.size > 0) return;
    this.#leave?.();
    this.#leave = undefined;
  }

  /** What has passed on a connection, in order. */
  of(id: number): readonly Passed[] {
    return (this.#kept.get(id)?.pieces ?? []).map(({ at, direction, data }) => ({
      at: tenths(at),
      direction,
      base64: data.toString('base64'),
    }));
  }

  #add(id: number, { at, direction, data }: Piece): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    const last = data.subarray(-MOST_EACH);
    this.#drop(kept, MOST_EACH - last.length, MOST_PIECES - 1);
    if (this.#size + last.length > MOST_IN_ALL) return;
    kept.pieces.push({ at, direction, data: last });
    kept.size += last.length;
    this.#size += last.length;
  }

  /** Forgets the oldest chunks, so that at most that many bytes, and chunks, are left. */
  #drop(kept: Kept, mostBytes: number, mostPieces: number): void {
    while (kept.size > mostBytes || kept.pieces.length > mostPieces) {
      const length = kept.pieces.shift()?.data.length ?? 0;
      kept.size -= length;
      this.#size -= length;
    }
  }
}
