import type { ProcessDone, ProcessTerminated, Result } from 'couplet';
import { ProcessProtocol } from 'couplet';

/** What an actor does in its callbacks; each is given the actor first. */
export interface ProcessPart {
  made?(actor: ProcessActor): Result;
  out?(actor: ProcessActor, chunk: Buffer): Result;
  err?(actor: ProcessActor, chunk: Buffer): Result;
  outLost?(actor: ProcessActor): Result;
  exited?(actor: ProcessActor): Result;
}

/** The callbacks that come once. */
const ONCE: readonly string[] = ['made', 'in lost', 'out lost', 'err lost', 'exited', 'ended'];

/** A protocol of processes for checks: it plays a part, writes down each callback, and lets a check wait for what happens to it. */
export class ProcessActor extends ProcessProtocol {
  /** `made`, `out`, `err`, `in lost`, `out lost`, `err lost`, `exited` and `ended`; data only once in a row. */
  readonly log: string[] = [];
  /** What this process did and none may do: callbacks out of order, inside each other, or while reading is paused. */
  readonly faults: string[] = [];
  /** How the process ended, and why `processEnded` was called. */
  exit: ProcessDone | ProcessTerminated | undefined;
  reason: Error | undefined;
  readonly #part: ProcessPart;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  #waiters: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  #running = false;
  #pending = 0;

  constructor(part: ProcessPart = {}) {
    super();
    this.#part = part;
  }

  /** All output that has arrived. */
  get output(): Buffer {
    return Buffer.concat(this.#out);
  }

  /** All error output that has arrived. */
  get errorOutput(): Buffer {
    return Buffer.concat(this.#err);
  }

  override connectionMade(): Result {
    return this.#noted('made', () => this.#part.made?.(this));
  }

  override outReceived(chunk: Buffer): Result {
    this.#out.push(chunk);
    return this.#noted('out', () => this.#part.out?.(this, chunk));
  }

  override errReceived(chunk: Buffer): Result {
    this.#err.push(chunk);
    return this.#noted('err', () => this.#part.err?.(this, chunk));
  }

  override inConnectionLost(): Result {
    return this.#noted('in lost', () => {});
  }

  override outConnectionLost(): Result {
    return this.#noted('out lost', () => this.#part.outLost?.(this));
  }

  override errConnectionLost(): Result {
    return this.#noted('err lost', () => {});
  }

  override processExited(reason: ProcessDone | ProcessTerminated): Result {
    this.exit = reason;
    return this.#noted('exited', () => this.#part.exited?.(this));
  }

  override processEnded(reason: Error): Result {
    this.reason = reason;
    return this.#noted('ended', () => {});
  }

  /** Resolves at once if the condition is true, and otherwise after the first callback after which it is. */
  when(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ holds, resolve });
    });
  }

  /** Resolves with the reason once the process has ended. */
  async ended(): Promise<Error> {
    await this.when(() => this.reason !== undefined);
    return this.reason ?? new Error('the process has not ended');
  }

  #noted(what: string, act: () => Result): Result {
    this.#judge(what);
    if (this.log.at(-1) !== what) this.log.push(what);
    this.#running = true;
    try {
      const result = act();
      if (result instanceof Promise) this.#await(result);
      return result;
    } finally {
      this.#running = false;
      const holding = this.#waiters.filter(({ holds }) => holds());
      this.#waiters = this.#waiters.filter((waiter) => !holding.includes(waiter));
      for (const { resolve } of holding) resolve();
    }
  }

  #await(result: Promise<unknown>): void {
    const settled = (): void => {
      this.#pending -= 1;
    };
    this.#pending += 1;
    result.then(settled, settled);
  }

  /** Notes what is wrong in every scene. */
  #judge(what: string): void {
    const fault = (when: string): number => this.faults.push(`${what} ${when}`);
    if (this.#running) fault('inside another callback');
    if ((what === 'made') !== (this.log.length === 0) && what !== 'ended') fault(`after ${JSON.stringify(this.log)}`);
    if (this.log.includes('ended')) fault('after ended');
    if (ONCE.includes(what) && this.log.includes(what)) fault('a second time');
    if (this.#pending > 0 && what !== 'exited') fault('while a promise is pending');
    if (what !== 'out' && what !== 'err') return;
    if (this.transport.paused) fault('while paused');
    if (this.log.includes(`${what} lost`)) fault(`after ${what} lost`);
  }
}
