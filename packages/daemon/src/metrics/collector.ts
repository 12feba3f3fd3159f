import type { Clock } from 'couplet';
import type { ProcessCounters } from './counters.ts';

/** How long a scrape waits for the workers, in milliseconds. */
const PATIENCE_MS = 1000;

/** How a collector reaches workers. */
export interface CollectorOptions<W> {
  readonly clock: Clock;
  /** Asks a worker. Rejects when the worker has ended. */
  readonly ask: (worker: W) => Promise<ProcessCounters>;
  /** Called with each answer, with one that came too late as well. */
  readonly take: (worker: W, counters: ProcessCounters) => void;
}

/** Asks workers for what they count, and waits for a second at most. */
export class Collector<W> {
  readonly #options: CollectorOptions<W>;
  /** The question that each worker has not answered yet: a hung one is not asked again and again. */
  readonly #asked: Map<W, Promise<void>> = new Map();

  constructor(options: CollectorOptions<W>) {
    this.#options = options;
  }

  /** Asks all at once. Resolves to how many have not answered within a second; those that have ended are not among them. */
  async collect(workers: Iterable<W>): Promise<number> {
    const questions = Array.from(workers, (worker) => this.#ask(worker));
    let silent = questions.length;
    const answers = Promise.all(
      questions.map(async (question) => {
        await question;
        silent -= 1;
      }),
    );
    let ring: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      ring = resolve;
    });
    const alarm = this.#options.clock.callLater(PATIENCE_MS, () => ring?.());
    await Promise.race([answers, late]);
    alarm.cancel();
    return silent;
  }

  #ask(worker: W): Promise<void> {
    let question = this.#asked.get(worker);
    if (question === undefined) {
      question = this.#question(worker);
      this.#asked.set(worker, question);
    }
    return question;
  }

  async #question(worker: W): Promise<void> {
    try {
      const counters = await this.#options.ask(worker);
      this.#options.take(worker, counters);
    } catch {
      // It has ended: what it reported last is kept elsewhere.
    } finally {
      this.#asked.delete(worker);
    }
  }
}
