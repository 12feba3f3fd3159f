import type { DelayedCall } from 'couplet';
import { messageOf } from '../values/error-words.ts';
import type { Service, ServiceContext } from './service.ts';
import { checkDeadline } from './service-list.ts';

/** Options of a `TimerService`. */
export interface TimerOptions {
  /** The time from the beginning of one turn to that of the next, in milliseconds, above 0. The first turn begins after it. */
  readonly everyMs: number;
  /**
   * Whether it runs in `every` process, or in `one` at a time: the first of those that were loaded last. `every` unless set. There is
   * no election between machines.
   */
  readonly where?: 'every' | 'one';
}

/**
 * Calls a task again and again. It never runs beside itself: a turn that takes longer than the time leaves out the turns meanwhile. A
 * failure is logged, and the next turn comes.
 */
export class TimerService implements Service {
  readonly name: string;
  readonly #everyMs: number;
  readonly #where: 'every' | 'one';
  readonly #task: (signal: AbortSignal, context: ServiceContext) => unknown;
  #ending = new AbortController();
  #timer: DelayedCall | undefined;
  /** Settles when the latest turn has ended. */
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;
  #unfollow: () => void = () => {};

  /**
   * Throws a `RangeError` if `everyMs` is not above 0.
   *
   * @param task What to do; `signal` is aborted when the service stops, or another process takes over.
   */
  constructor(name: string, options: TimerOptions, task: (signal: AbortSignal, context: ServiceContext) => unknown) {
    const { everyMs, where = 'every' } = options;
    checkDeadline('everyMs', everyMs);
    this.name = name;
    this.#everyMs = everyMs;
    this.#where = where;
    this.#task = task;
  }

  start(context: ServiceContext): void {
    this.#stopped = false;
    if (this.#where === 'every') this.#begin(context);
    else
      this.#unfollow = context['~deployment'].follow((leads) => {
        if (leads) this.#begin(context);
        else return this.#end();
      });
  }

  /** Ends the turns, and resolves when the one that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end();
    // Not earlier: another process that is to take over waits for the end of the turn.
    this.#unfollow();
  }

  draining(): Promise<void> {
    return this.stop();
  }

  #begin(context: ServiceContext): void {
    if (this.#stopped) return;
    this.#ending = new AbortController();
    this.#plan(context, context.reactor.now() + this.#everyMs, this.#ending.signal);
  }

  async #end(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#ending.abort();
    await this.#turn;
  }

  /** Turns stay on multiples of the time, whatever they take. */
  #plan(context: ServiceContext, due: number, signal: AbortSignal): void {
    const { reactor } = context;
    const now = reactor.now();
    const missed = Math.max(0, Math.ceil((now - due) / this.#everyMs));
    const next = due + missed * this.#everyMs;
    this.#timer = reactor.callLater(next - now, () => {
      this.#turn = this.#turn.then(async () => {
        if (signal.aborted) return;
        await this.#run(context, signal);
        if (!signal.aborted) this.#plan(context, next + this.#everyMs, signal);
      });
    });
  }

  async #run(context: ServiceContext, signal: AbortSignal): Promise<void> {
    try {
      await this.#task(signal, context);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      context.log.error({ event: 'service.failed', err: error }, `${context.path}: ${messageOf(error)}`);
    }
  }
}
