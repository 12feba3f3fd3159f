import type { Clock } from 'couplet';
import type { Answer } from 'couplet/policies';
import type { Log } from '../log/log.ts';
import type { Tell } from './fleet-messages.ts';
import type { Question } from './questions.ts';
import { Questions } from './questions.ts';
import type { WatchedLedger } from './watched-ledger.ts';

/**
 * The ledger of a worker whose supervisor counts, with a `NodeLedger`. A question waits a second for its answer. After 5 in a row without
 * one no question waits until the supervisor answers again: nothing is lost on the way to it, so it will unless it dies.
 */
export class SupervisorLedger implements WatchedLedger {
  readonly #send: Tell;
  readonly #log: Log;
  readonly #questions: Questions;
  /** Those that the supervisor has not answered, by number. */
  readonly #asked: Map<number, Question> = new Map();
  #last = 0;
  #up = true;
  #lost = false;

  constructor(send: Tell, clock: Clock, log: Log) {
    this.#send = send;
    this.#log = log;
    this.#questions = new Questions(clock, (reason) => this.#away(`the supervisor: ${reason}`));
  }

  get up(): boolean {
    return this.#up;
  }

  get decisions(): Questions['decisions'] {
    return this.#questions.decisions;
  }

  acquire(key: string, max: number, signal: AbortSignal): Answer | Promise<Answer> {
    if (!this.#up) return this.#questions.atOnce('unknown');
    return this.#questions.ask(key, max, signal, (question) => {
      this.#last += 1;
      this.#asked.set(this.#last, question);
      this.#send({ kind: 'acquire', id: this.#last, key, max });
    });
  }

  release(key: string): void {
    if (!this.#lost) this.#send({ kind: 'release', key });
  }

  /** Takes the answer of the supervisor to the question with that number. */
  answer(id: number, answer: Answer): void {
    const question = this.#asked.get(id);
    if (question === undefined) return;
    this.#asked.delete(id);
    const late = !question.answer(answer);
    if (late && answer === 'granted') this.release(question.key);
    if (this.#up) return;
    this.#up = true;
    this.#questions.reset();
    this.#log.info({ event: 'ledger.up' });
  }

  /** Notes that the supervisor is gone for good: every question is answered `unknown` from now on. */
  lost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#away('the supervisor has ended');
    for (const question of this.#asked.values()) question.answer('unknown');
    this.#asked.clear();
  }

  #away(reason: string): void {
    if (!this.#up) return;
    this.#up = false;
    this.#log.warn({ event: 'ledger.down', reason });
  }
}
