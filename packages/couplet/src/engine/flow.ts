import type { Producer, PullProducer } from '../protocol/producer.ts';

/** With more unsent bytes than this a streaming producer is paused. */
export const HIGH_WATER: number = 64 * 1024;
/** With this number of unsent bytes, or fewer, it goes on. */
export const LOW_WATER: number = 16 * 1024;

/** A registered producer, and whether it waits. What its methods throw is left to the caller. */
export class Flow {
  readonly #producer: PullProducer;
  readonly #pause: (() => void) | undefined;
  /** A streaming producer was told to pause; a pull producer was asked, and has not written yet. */
  #waiting = false;

  private constructor(producer: PullProducer, pause: (() => void) | undefined) {
    this.#producer = producer;
    this.#pause = pause;
  }

  /** Takes the arguments of `registerProducer`. Throws a `TypeError` for a streaming producer without `pauseProducing`. */
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

  /** What kind of producer it is, or `paused` for one that has to wait. */
  get mode(): 'push' | 'pull' | 'paused' {
    if (this.#pause === undefined) return 'pull';
    return this.#waiting ? 'paused' : 'push';
  }

  /** Takes the number of unsent bytes after a write. Returns true, once, if a streaming producer has to be paused. */
  rises(size: number): boolean {
    if (this.#pause === undefined) this.#waiting = false;
    else if (!this.#waiting && size > HIGH_WATER) {
      this.#waiting = true;
      return true;
    }
    return false;
  }

  /** Takes the number of unsent bytes after a flush. Returns true if the producer has to go on. */
  falls(size: number): boolean {
    const room = this.#pause === undefined ? !this.#waiting && size === 0 : this.#waiting && size <= LOW_WATER;
    if (room) this.#waiting = this.#pause === undefined;
    return room;
  }

  // What these return comes from the producer, and may be a promise despite its type.

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

/** The callers that wait for room to write. A connection has one of these from when it is full until there is room again. */
export class RoomWaiters {
  readonly #waiters: ((room: boolean) => void)[] = [];

  /** Resolves to true when there is room, to false when there will not be any more. */
  wait(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** Resolves all promises to `room`. */
  release(room: boolean): void {
    for (const resolve of this.#waiters) resolve(room);
  }
}
