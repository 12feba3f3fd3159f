import type { Answer, Ledger } from 'couplet/policies';

/** How many questions a ledger has answered, by answer. */
export type Decisions = Readonly<Record<Answer, number>>;

/** A ledger that tells how it does, for metrics. */
export interface WatchedLedger extends Ledger {
  /** Whether it can be asked. While it cannot, it answers `unknown` without waiting. */
  readonly up: boolean;
  /** How many questions it has answered. */
  readonly decisions: Decisions;
}

/** No answers yet. */
export function noDecisions(): Record<Answer, number> {
  return { granted: 0, refused: 0, unknown: 0 };
}
