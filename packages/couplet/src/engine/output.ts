import { EMPTY } from '../bytes/chunk.ts';
import type { TimeoutError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Wire } from '../seam/wire.ts';
import { described } from '../values/checks.ts';
import type { Engine } from './engine.ts';
import { HIGH_WATER, RoomWaiters } from './flow.ts';
import { Handshake, serverNameIn } from './handshake.ts';
import { MOST, WriteQueue } from './write-queue.ts';

/** The sending half of a connection: what waits before the wire, and its way from clear text into TLS. */
export class Output extends WriteQueue {
  readonly #engine: Engine;
  readonly #wire: Wire;
  /** The turn that the budget is of. */
  #turn = 0;
  /** How many times the queue was flushed. */
  #flushes = 0;
  /** The protocol itself switched Nagle's algorithm. */
  #delayChosen = false;
  #handshake: Handshake | undefined;
  /** Who waits for room. There from above the high-water mark down to the low one, and when there will be none. */
  #waiters: RoomWaiters | undefined;

  constructor(engine: Engine, wire: Wire) {
    super();
    this.#engine = engine;
    this.#wire = wire;
  }

  /** True while the connection turns to TLS. */
  get upgrading(): boolean {
    return this.#handshake !== undefined;
  }

  /** True when nothing is left to do. */
  get idle(): boolean {
    return this.size === 0 && this.#handshake === undefined;
  }

  /** True when nothing follows from it that the wire can take more: nothing waits for that, and nobody. */
  get calm(): boolean {
    return this.allHeld && this.#waiters === undefined && this.#handshake === undefined;
  }

  /** Hands the wire what it takes, and in one turn no more than 256 KiB. Throws a `TypeError` like `flush`. */
  send(): void {
    if (this.size > 0) {
      const { turn } = this.#engine;
      if (this.#turn !== turn) {
        this.#turn = turn;
        this.budget = MOST;
      }
      this.#flushes += 1;
      // What leaves here is gathered already: Nagle's algorithm could only delay it, and does from the second write on.
      if (this.#flushes === 2 && !this.#delayChosen) this.#wire.setNoDelay(true);
      this.flush(this.#wire, this.#engine.gather);
    }
    if (this.#handshake !== undefined && this.atBar) this.#handshake.begin(this.#wire);
  }

  override push(data: Uint8Array | string): void {
    super.push(data);
    if (this.size > HIGH_WATER) this.#waiters ??= new RoomWaiters();
  }

  /** Whether there was more than the high-water mark, and not yet so little as the low one. */
  get crowded(): boolean {
    return this.#waiters !== undefined;
  }

  /** Resolves when there is room again, to true, or when there will be none. */
  waitForRoom(): Promise<boolean> {
    this.#waiters ??= new RoomWaiters();
    return this.#waiters.wait();
  }

  /** Tells those who wait for room. */
  admit(room: boolean): void {
    this.#waiters?.release(room);
    this.#waiters = undefined;
  }

  override clear(): void {
    super.clear();
    this.#handshake?.end();
    this.#handshake = undefined;
  }

  setNoDelay(on: boolean): void {
    this.#delayChosen = true;
    this.#wire.setNoDelay(on);
  }

  /**
   * Turns to TLS: what is pushed from now on waits for it. TLS reads first what is `unread`, and then what the protocol `held`;
   * `late` is called when it takes too long. Throws a `TLSError`, or a `TypeError`, for options that cannot be used, and then
   * takes nothing.
   */
  startTLS(
    tls: TLS,
    unread: Uint8Array = EMPTY,
    held: () => Buffer | undefined,
    late: (reason: TimeoutError) => void,
  ): void {
    if (!(unread instanceof Uint8Array)) throw new TypeError(`unread is ${described(unread)}, not a Uint8Array`);
    const handshake = new Handshake(this.#engine, tls, serverNameIn(tls));
    handshake.unread = Buffer.concat([unread, held() ?? EMPTY]);
    handshake.start(late);
    this.#handshake = handshake;
    this.bar();
  }

  /** TLS is there. */
  secured(): void {
    this.#handshake?.end();
    this.#handshake = undefined;
    this.unbar();
  }
}
