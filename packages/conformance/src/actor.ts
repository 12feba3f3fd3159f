import type { Result } from 'couplet';
import { Protocol } from 'couplet';

/** What an actor does in its callbacks; each is given the actor first. */
export interface Part {
  made?(actor: Actor): Result;
  data?(actor: Actor, chunk: Buffer): Result;
  /** With this the actor takes descriptors; it has to close each. */
  descriptor?(actor: Actor, fd: number): Result;
  /** With this the actor is aware of half-close. */
  eof?(actor: Actor): Result;
  shut?(actor: Actor): Result;
  secured?(actor: Actor): Result;
  resumed?(actor: Actor): Result;
  draining?(actor: Actor, leftMs: number): Result;
  leaving?(actor: Actor): Result;
  lost?(actor: Actor, reason: Error): Result;
}

/**
 * A protocol for checks: it plays a part, writes down each callback, and lets a check wait for what happens to it. `log` has
 * `made`, `data`, `descriptor`, `eof`, `shut`, `secured`, `resumed`, `draining`, `leaving` and `lost`, data only once in a row.
 */
export class Actor extends Protocol {
  readonly log: string[] = [];
  /** What this connection did and none may do: callbacks out of order, inside each other, or while reading is paused. */
  readonly faults: string[] = [];
  /** How many bytes have arrived. */
  received = 0;
  /** Why the connection ended, once it has. */
  reason: Error | undefined;
  readonly #part: Part;
  readonly #chunks: Buffer[] = [];
  #waiters: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  /** The callbacks and calls on the transport that are running, outermost first. */
  readonly #running: string[] = [];
  /** How many promises of callbacks are pending. */
  #pending = 0;

  constructor(part: Part = {}) {
    super();
    this.#part = part;
    // A protocol that has these methods is treated in another way, so they are there only if the part has them.
    const { descriptor, eof, shut, secured, resumed, draining, leaving } = part;
    if (descriptor !== undefined)
      this.fileDescriptorReceived = (fd) => this.#noted('descriptor', () => descriptor(this, fd));
    if (eof !== undefined) this.readConnectionLost = () => this.#noted('eof', () => eof(this));
    if (shut !== undefined) this.writeConnectionLost = () => this.#noted('shut', () => shut(this));
    if (secured !== undefined) this.handshakeCompleted = () => this.#noted('secured', () => secured(this));
    if (draining !== undefined) this.draining = (leftMs) => this.#noted('draining', () => draining(this, leftMs));
    if (leaving !== undefined) this.leaving = () => this.#noted('leaving', () => leaving(this));
    if (resumed !== undefined) this.readingResumed = () => this.#noted('resumed', () => resumed(this));
  }

  /** All that has arrived. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  override connectionMade(): Result {
    return this.#noted('made', () => this.#part.made?.(this));
  }

  override dataReceived(chunk: Buffer): Result {
    this.#chunks.push(chunk);
    this.received += chunk.length;
    return this.#noted('data', () => this.#part.data?.(this, chunk));
  }

  override connectionLost(reason: Error): Result {
    this.reason = reason;
    return this.#noted('lost', () => this.#part.lost?.(this, reason));
  }

  /** Resolves at once if the condition is true, and otherwise after the first callback after which it is. */
  when(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ holds, resolve });
    });
  }

  /** Resolves with the reason once the connection is gone. */
  async lost(): Promise<Error> {
    await this.when(() => this.reason !== undefined);
    return this.reason ?? new Error('the connection is not lost');
  }

  /** A part may tell the waiters that something of its own has changed. */
  changed(): void {
    const holding = this.#waiters.filter(({ holds }) => holds());
    this.#waiters = this.#waiters.filter((waiter) => !holding.includes(waiter));
    for (const { resolve } of holding) resolve();
  }

  /** Runs a call on the transport; a callback of this connection inside it is a fault. */
  calls<T>(call: () => T): T {
    return this.#within('a call on the transport', call);
  }

  /** Runs a callback of this connection, such as one of its producer; it is a fault if another one is running. */
  calledBack(what: string, act: () => Result): Result {
    const outer = this.#running.at(-1);
    if (outer !== undefined) this.faults.push(`${what} inside ${outer}`);
    try {
      return this.#within(what, act);
    } finally {
      this.changed();
    }
  }

  #noted(what: string, act: () => Result): Result {
    this.#judge(what);
    if (what !== 'data' || this.log.at(-1) !== 'data') this.log.push(what);
    const result = this.calledBack(what, act);
    // Nothing waits for what these return.
    if (result instanceof Promise && what !== 'draining' && what !== 'leaving') this.#await(result);
    return result;
  }

  #within<T>(what: string, act: () => T): T {
    this.#running.push(what);
    try {
      return act();
    } finally {
      this.#running.pop();
    }
  }

  #await(result: Promise<unknown>): void {
    const settled = (): void => {
      this.#pending -= 1;
    };
    this.#pending += 1;
    // A class of its own may have another `then`.
    Promise.prototype.then.call(result, settled, settled);
  }

  /** Notes what is wrong in every scene. */
  #judge(what: string): void {
    const fault = (when: string): number => this.faults.push(`${what} ${when}`);
    if ((what === 'made') !== (this.log.length === 0)) fault(`after ${JSON.stringify(this.log)}`);
    if (this.log.includes('lost')) fault('after lost');
    if ((what === 'draining' || what === 'leaving') && this.log.includes(what)) fault('a second time');
    if (what !== 'data' && what !== 'eof') return;
    if (this.log.includes('eof')) fault('after eof');
    if (this.transport.paused) fault('while paused');
    if (this.#pending > 0) fault('while a promise is pending');
    if (what === 'data' && this.transport.disconnecting) fault('while disconnecting');
  }
}
