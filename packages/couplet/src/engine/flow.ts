import type { Producer, PullProducer } from '../protocol/producer.ts';

/** Above so many unsent bytes a streaming producer pauses ... */
export const HIGH_WATER: number = 64 * 1024;
/** ... and at so many or fewer it goes on. */
export const LOW_WATER: number = 16 * 1024;

/** A registered producer and how it stands. `tell` calls it and takes care of what it throws. */
export class Flow {
  readonly #producer: PullProducer;
  readonly #pause: (() => void) | undefined;
  /** A streaming producer: it was told to pause. A pull producer: it was asked, and has not answered with a write. */
  #waiting = false;

  private constructor(producer: PullProducer, pause: (() => void) | undefined) {
    this.#producer = producer;
    this.#pause = pause;
  }

  /** What `registerProducer` is given. Throws a `TypeError` for a streaming producer that cannot pause. */
  static of(producer: Producer | PullProducer, streaming: boolean): Flow {
    if (!streaming) return Flow.pull(producer);
    if ('pauseProducing' in producer) return Flow.streaming(producer);
    throw new TypeError('a streaming producer must have a method pauseProducing');
  }

  static streaming(producer: Producer): Flow {
    return new Flow(producer, () => producer.pauseProducing());
  }

  static pull(producer: PullProducer): Flow {
    return new Flow(producer, undefined);
  }

  /** So many bytes are unsent after a write. True when a streaming producer has to pause, now and once. */
  rises(size: number): boolean {
    if (this.#pause === undefined) this.#waiting = false;
    else if (!this.#waiting && size > HIGH_WATER) {
      this.#waiting = true;
      return true;
    }
    return false;
  }

  /** So many bytes are unsent after a flush. True when the producer is to go on. */
  falls(size: number): boolean {
    const room = this.#pause === undefined ? !this.#waiting && size === 0 : this.#waiting && size <= LOW_WATER;
    if (room) this.#waiting = this.#pause === undefined;
    return room;
  }

  // What these return is the producer's, and may be a promise against its type.

  pause(): unknown {
    return this.#pause?.();
  }

  resume(): unknown {
    return this.#producer.resumeProducing();
  }

  stop(): unknown {
    return this.#producer.stopProducing();
  }
}

/** Those who wait for room to write. A connection has a crowd from when it is full until there is room again. */
export class RoomWaiters {
  readonly #waiters: ((room: boolean) => void)[] = [];

  /** Resolves to true when there is room, to false when there will be none. */
  wait(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** Ends the waiting. */
  release(room: boolean): void {
    for (const resolve of this.#waiters) resolve(room);
  }
}
