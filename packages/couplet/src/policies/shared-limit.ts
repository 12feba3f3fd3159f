import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import { LedgerAway, LedgerRefused, Refused } from '../filters/refused.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import { classOf, described } from '../values/checks.ts';
import type { Details } from '../values/details.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { connectionCount } from './connection-count.ts';
import type { Answer, Ledger, LedgerOptions, WhenAway } from './ledger.ts';
import { errorsOf, type LedgerErrors } from './ledger-errors.ts';
import type { PerClock } from './per-clock.ts';
import { Slot } from './slot.ts';

/** How long a ledger may take for an answer unless that is set, in milliseconds. */
const ANSWER_MS = 1000;

/** A connection that asks for a place. */
interface Applicant {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly wait: AdmissionWait;
  readonly key: string;
  /** Gives back the place that the limit itself has counted for it. */
  readonly free: () => void;
}

/** The part of a limit that a ledger keeps for all processes. */
export class SharedLimit {
  /** What decides while the ledger is away. */
  readonly whenAway: WhenAway;
  readonly #ledger: Ledger;
  readonly #max: number;
  readonly #answerMs: number;
  readonly #errors: PerClock<LedgerErrors>;
  readonly #refused: Refused;
  readonly #away: Refused;
  /** Its signal served one that was answered at once, and may serve the next one. */
  #spare: AbortController | undefined;

  /** `message` is for peers that are refused. */
  constructor(ledger: Ledger, max: number, message: Uint8Array | string | undefined, options: LedgerOptions) {
    const { whenAway = 'refuse', answerTimeoutMs = ANSWER_MS } = options;
    this.whenAway = whenAway;
    this.#ledger = ledger;
    this.#max = max;
    this.#answerMs = answerTimeoutMs;
    this.#errors = errorsOf(ledger);
    this.#refused = new Refused(
      message,
      new LedgerRefused(`all processes together have ${connectionCount(max)} already`),
    );
    this.#away = new Refused(message, new LedgerAway('the ledger did not answer'));
  }

  /** Returns the limit that the options describe; undefined if they do not have a ledger. */
  static of(max: number, message: Uint8Array | string | undefined, options: LedgerOptions): SharedLimit | undefined {
    const { ledger } = options;
    return ledger === undefined ? undefined : new SharedLimit(ledger, max, message, options);
  }

  /** What a policy shows of it. */
  describe(): Details {
    return { ledger: classOf(this.#ledger) ?? 'Ledger', whenAway: this.whenAway };
  }

  /**
   * Asks the ledger for a place under `key`. `free` gives back the place that the limit itself has counted; it is called once, whichever
   * way the connection ends.
   */
  admit(wire: Wire, clock: Clock, wait: AdmissionWait, key: string, free: () => void): Verdict | PromiseLike<Verdict> {
    const applicant: Applicant = { wire, clock, wait, key, free };
    const controller = this.#spare ?? new AbortController();
    this.#spare = undefined;
    let answer: unknown;
    try {
      answer = this.#ledger.acquire(key, this.#max, controller.signal);
      if (isThenable(answer)) return this.#await(answer, controller, applicant);
    } catch (error) {
      answer = this.#failed(applicant, error);
    }
    this.#spare = controller;
    return this.#verdict(this.#checked(answer, applicant), applicant);
  }

  /** Waits for the answer, until its time is up or the connection is not waited for any more. */
  #await(answer: PromiseLike<unknown>, controller: AbortController, applicant: Applicant): Promise<Verdict> {
    const { signal } = applicant.wait;
    return new Promise((resolve) => {
      let waiting = true;
      const end = (last: Answer): void => {
        waiting = false;
        timeout.cancel();
        signal.removeEventListener('abort', giveUp);
        resolve(this.#verdict(last, applicant));
      };
      const giveUp = (): void => {
        // Refuses, which has no effect any more but gives the place back.
        end('refused');
        controller.abort(signal.reason);
      };
      const timeout = applicant.clock.callLater(this.#answerMs, () => {
        end('unknown');
        controller.abort(new LedgerAway(`the ledger did not answer within ${this.#answerMs} ms`));
      });
      promiseOf(answer).then(
        (value) => {
          const last = this.#checked(value, applicant);
          if (waiting) end(last);
          else if (last === 'granted') this.#release(applicant);
        },
        (error: unknown) => {
          if (waiting) end(this.#failed(applicant, error));
          // A ledger that heeds the signal has not failed.
          else if (error !== controller.signal.reason && !isAbort(error)) this.#failed(applicant, error);
        },
      );
      signal.addEventListener('abort', giveUp);
      // What was asked may have ended the wait itself.
      if (signal.aborted && waiting) giveUp();
    });
  }

  #verdict(answer: Answer, applicant: Applicant): Verdict {
    const { wire, free } = applicant;
    if (answer === 'granted') {
      return new Slot(wire, () => {
        free();
        this.#release(applicant);
      });
    }
    if (answer === 'unknown' && this.whenAway !== 'refuse') return new Slot(wire, free);
    free();
    return answer === 'refused' ? this.#refused : this.#away;
  }

  /** Code without types may answer anything. */
  #checked(answer: unknown, applicant: Applicant): Answer {
    if (answer === 'granted' || answer === 'refused' || answer === 'unknown') return answer;
    const error = new TypeError(`acquire answered ${described(answer)}, not 'granted', 'refused' or 'unknown'`);
    return this.#failed(applicant, error);
  }

  #failed({ clock }: Applicant, error: unknown): 'unknown' {
    this.#errors.of(clock).report('acquire', error);
    return 'unknown';
  }

  #release({ clock, key }: Applicant): void {
    const failed = (error: unknown): void => this.#errors.of(clock).report('release', error);
    try {
      // It may return a promise despite its type.
      const result: unknown = this.#ledger.release(key);
      if (isThenable(result)) promiseOf(result).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
