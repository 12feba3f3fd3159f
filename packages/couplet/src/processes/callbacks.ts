import type { Engine } from '../engine/engine.ts';
import { classOf } from '../engine/report.ts';
import { isInterruption } from '../time/waits.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';

/** What follows from the callbacks of a process. */
export interface Consequences {
  /** What the process is called in reports, behind the class of its protocol. */
  readonly place: string;
  /** Whether it has ended, or no promise is waited for any more. */
  readonly over: boolean;
  /** A callback threw, or its promise rejected; that was reported. */
  failed(error: unknown): void;
  /** A first promise is pending. */
  awaited(): void;
  /** No promise is pending any more. */
  settled(): void;
}

/** Calls the protocol of a process: takes the time of callbacks, waits for their promises, and reports what they throw. */
export class ProcessCallbacks {
  readonly #engine: Engine;
  readonly #protocol: object;
  readonly #consequences: Consequences;
  #pending = 0;

  constructor(engine: Engine, protocol: object, consequences: Consequences) {
    this.#engine = engine;
    this.#protocol = protocol;
    this.#consequences = consequences;
  }

  /** True while a promise of a callback is pending. */
  get pending(): boolean {
    return this.#pending > 0;
  }

  call(where: string, callback: () => unknown): void {
    const mark = this.#engine.stopwatch?.begin();
    try {
      const result = callback();
      if (isThenable(result)) this.#await(where, result);
    } catch (error) {
      this.#fail(where, error);
    } finally {
      if (mark !== undefined) this.#engine.stopwatch?.end(mark, () => classOf(this.#protocol), where);
    }
  }

  #await(where: string, result: PromiseLike<unknown>): void {
    this.#pending += 1;
    if (this.#pending === 1) this.#consequences.awaited();
    const settled = (): void => {
      this.#pending -= 1;
      if (this.#pending === 0) this.#consequences.settled();
    };
    promiseOf(result).then(
      () => this.#engine.run(settled),
      (error) =>
        this.#engine.run(() => {
          this.#fail(where, error);
          settled();
        }),
    );
  }

  #fail(where: string, error: unknown): void {
    // What the callback waited for has ended with the reactor.
    if (isInterruption(error) && this.#consequences.over) return;
    this.#engine.report({ who: `${classOf(this.#protocol)} of ${this.#consequences.place}`, where, error });
    this.#consequences.failed(error);
  }
}
