import { EMPTY } from '../bytes/chunk.ts';
import type { TimeoutError } from '../protocol/errors.ts';
import type { TLS } from '../protocol/tls.ts';
import type { Wire } from '../seam/wire.ts';
import { described } from '../values/checks.ts';
import type { Engine } from './engine.ts';
import { HIGH_WATER, RoomWaiters } from './flow.ts';
import { Handshake, serverNameIn } from './handshake.ts';
import type { Outflow } from './recorder.ts';
import { MOST, WriteQueue } from './write-queue.ts';

/** The sending half of a connection: what waits to be given to the wire, and the change from clear text to TLS. */
export class Output extends WriteQueue {
  declare readonly engine: Engine;
  readonly wire: Wire;
  /** The turn to which the budget belongs. */
  #turn = 0;
  /** Nagle's algorithm was switched, here or by the protocol itself. */
  #delayChosen = false;
  #handshake: Handshake | undefined;
  /** The callers that wait for room. Defined from when the high-water mark is exceeded until the low one is reached. */
  #waiters: RoomWaiters | undefined;

  constructor(engine: Engine, wire: Wire) {
    super(engine);
    this.wire = wire;
  }

  /** True while the connection turns to TLS. */
  get upgrading(): boolean {
    return this.#handshake !== undefined;
  }

  /** True when nothing is left to do. */
  get idle(): boolean {
    return this.size === 0 && this.#handshake === undefined;
  }

  /** True if nothing waits for the wire to take more: no bytes, no caller, no change to TLS. */
  get calm(): boolean {
    return this.allHeld && this.#waiters === undefined && this.#handshake === undefined;
  }

  /**
   * Gives the wire what it takes, at most `portion` bytes at once and 256 KiB in one turn: through `outflow`, if that is given. Throws a
   * `TypeError` if bytes were added or removed after their write.
   */
  send(portion: number = MOST, outflow: Outflow = this.wire): void {
    if (this.size > 0) {
      const { turn } = this.engine;
      if (this.#turn !== turn) {
        this.#turn = turn;
        this.budget = MOST;
      }
      // What is sent here is in one piece already, so Nagle's algorithm would only delay it, from the second write on.
      if (!this.#delayChosen && this.writes > 0) this.setNoDelay(true);
      this.flush(outflow, portion);
    }
    if (this.#handshake !== undefined && this.atBar) this.#handshake.begin(this.wire);
  }

  override push(data: Uint8Array | string, parted = false): void {
    super.push(data, parted);
    if (this.size > HIGH_WATER) this.#waiters ??= new RoomWaiters();
  }

  /** True from when the high-water mark is exceeded until the low one is reached. */
  get crowded(): boolean {
    return this.#waiters !== undefined;
  }

  /** Resolves to true when there is room again, to false when there will not be any more. */
  waitForRoom(): Promise<boolean> {
    this.#waiters ??= new RoomWaiters();
    return this.#waiters.wait();
  }

  /** Tells the callers that wait for room. */
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
    this.wire.setNoDelay(on);
  }

  /**
   * Begins the change to TLS: what is pushed from now on waits for it. TLS first reads what is `unread`, and then what the
   * protocol `held`; `late` is called if the handshake takes too long. Throws a `TLSError` or a `TypeError` for options that
   * cannot be used; then nothing changes.
   */
  startTLS(
    tls: TLS,
    unread: Uint8Array | undefined,
    held: () => Buffer | undefined,
    late: (reason: TimeoutError) => void,
  ): void {
    if (unread !== undefined && !(unread instanceof Uint8Array))
      throw new TypeError(`unread is ${described(unread)}, not a Uint8Array`);
    const handshake = new Handshake(this.engine, tls, serverNameIn(tls));
    handshake.unread = Buffer.concat([unread ?? EMPTY, held() ?? EMPTY]);
    handshake.start(late);
    this.#handshake = handshake;
    this.bar();
  }

  /** The handshake is done. */
  secured(): void {
    this.#handshake?.end();
    this.#handshake = undefined;
    this.unbar();
  }
}
