import type { Clock } from 'couplet';
import type { Answer } from 'couplet/policies';
import { whenOverdue } from './overdue.ts';
import { noDecisions } from './watched-ledger.ts';

/**
 * How long a question waits for its answer, in milliseconds. What is alive answers in a millisecond, but on a busy machine it may have to
 * wait for a processor, and who is let in meanwhile without being counted exceeds the limit when that is needed most. What is away costs
 * this time only once: then no question waits.
 */
export const ANSWER_MS = 1000;
/** After how many questions in a row without an answer a ledger counts as away. */
const IN_A_ROW = 5;
/** How many questions wait at most; one more is answered `unknown` at once. */
const MOST_WAITING = 10_000;

/** A question for a place that waits for its answer. */
export class Question {
  readonly key: string;
  readonly max: number;
  readonly #settle: (answer: Answer) => void;
  #waits = true;

  constructor(key: string, max: number, settle: (answer: Answer) => void) {
    this.key = key;
    this.max = max;
    this.#settle = settle;
  }

  /** Whether it still waits. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Answers it. Returns false if it does not wait any more: then a place that was granted has to be given back. */
  answer(answer: Answer): boolean {
    if (!this.#waits) return false;
    this.#waits = false;
    this.#settle(answer);
    return true;
  }
}

/** The questions of a ledger that wait: each until its answer, its deadline or the end of its signal. Counts the answers. */
export class Questions {
  readonly decisions: Record<Answer, number> = noDecisions();
  readonly #clock: Clock;
  readonly #away: (reason: string) => void;
  #waiting = 0;
  #unanswered = 0;

  /** Calls `away`, with a reason, at the fifth question in a row that had no answer, and at each one more. */
  constructor(clock: Clock, away: (reason: string) => void) {
    this.#clock = clock;
    this.#away = away;
  }

  /** Answers without waiting. */
  atOnce(answer: Answer): Answer {
    this.decisions[answer] += 1;
    return answer;
  }

  /** Hands a question to `send`, and resolves to its answer. */
  ask(key: string, max: number, signal: AbortSignal, send: (question: Question) => void): Answer | Promise<Answer> {
    if (signal.aborted) return 'unknown';
    if (this.#waiting >= MOST_WAITING) return this.atOnce('unknown');
    return new Promise((resolve) => {
      const question = new Question(key, max, (answer) => {
        this.#waiting -= 1;
        cancel();
        signal.removeEventListener('abort', giveUp);
        // Who asked and left says nothing of the ledger.
        resolve(signal.aborted ? answer : this.atOnce(answer));
        if (answer !== 'unknown') this.#unanswered = 0;
      });
      const giveUp = (): void => {
        question.answer('unknown');
      };
      this.#waiting += 1;
      const cancel = whenOverdue(this.#clock, ANSWER_MS, () => {
        this.failed(question, `no answer within ${ANSWER_MS} ms`);
      });
      signal.addEventListener('abort', giveUp);
      send(question);
    });
  }

  /** Notes that a question had no answer, and why. */
  failed(question: Question, reason: string): void {
    if (!question.answer('unknown')) return;
    this.#unanswered += 1;
    if (this.#unanswered >= IN_A_ROW) this.#away(reason);
  }

  /** Begins to count anew: it can be asked again. */
  reset(): void {
    this.#unanswered = 0;
  }
}
