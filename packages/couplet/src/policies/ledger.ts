import { checkAboveZero, checkText, checkWord, described, hasMethods } from '../values/checks.ts';

/** What a ledger answers. `unknown` means that it cannot tell, because what it asks itself is away for example. */
export type Answer = 'granted' | 'refused' | 'unknown';

/**
 * Counts places for several processes: a program on a database that all of them reach, for example. Couplet calls it; each limit that is
 * given the same ledger shares it.
 */
export interface Ledger {
  /**
   * Asks for one place under `key`, of which at most `max` may be granted at a time, over all that ask. Answers at once or by a promise.
   * If it throws or rejects, the error is reported, and counts as `unknown`; so does an answer that does not come in time.
   *
   * `signal` is aborted when the answer is not awaited any more; its reason is an error that says why. What is answered then has no
   * effect, except that a place that was granted is released. Do not keep the signal after an answer.
   */
  acquire(key: string, max: number, signal: AbortSignal): Answer | PromiseLike<Answer>;
  /**
   * Gives one place under `key` back. Called exactly once for each `granted`, after the `connectionLost` of the connection or, if that has
   * gone before the answer came, with the answer. What it throws is reported, and so is the rejection of a promise that it returns.
   */
  release(key: string): void;
}

/** What happens to a connection while a ledger is away: `local` has the policy's own count decide, `allow` admits it, `refuse` does not. */
export type WhenAway = 'local' | 'allow' | 'refuse';

/** Options of a limit that a ledger keeps for several processes. */
export interface LedgerOptions {
  /** Counts the connections of all processes; without it the limit is that of this policy alone. */
  readonly ledger?: Ledger;
  /**
   * What becomes of a connection when the ledger answers `unknown`, throws, rejects, or is silent for `answerTimeoutMs`; `refuse` unless
   * set. With `local` the policy's own count decides, with `allow` it is admitted. A place that was admitted so is never released to the
   * ledger.
   */
  readonly whenAway?: WhenAway;
  /**
   * How long the ledger may take for an answer, in milliseconds on the clock of the reactor, above 0 and finite; 1,000 unless set. It has
   * to be less than `admissionTimeoutMs` of the port, which refuses.
   */
  readonly answerTimeoutMs?: number;
  /** What the connections are counted under; the ledger gets it as it is. The limit says what it is unless set. */
  readonly key?: string;
}

const CHOICES: readonly WhenAway[] = ['local', 'allow', 'refuse'];

/** Throws a `TypeError` or `RangeError` that names the option that is wrong. */
export function checkLedgerOptions({ ledger, whenAway, answerTimeoutMs, key }: LedgerOptions): void {
  if (ledger !== undefined && !hasMethods(ledger, ['acquire', 'release']))
    throw new TypeError(`ledger is ${described(ledger)}, not an object with acquire and release`);
  if (whenAway !== undefined) checkWord('whenAway', whenAway, CHOICES);
  if (answerTimeoutMs !== undefined) checkAboveZero('answerTimeoutMs', answerTimeoutMs);
  if (key !== undefined) checkText('key', key, 'smtp');
}
