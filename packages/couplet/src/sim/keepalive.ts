import type { Schedule, SimEvent } from './schedule.ts';

/** How it asks: as Linux does. */
const PROBES = 9;
const PROBE_MS = 75_000;
const USUAL_MS = 7_200_000;

/** How the peer's kernel answers: not at all, that the connection is there, or that it knows of none. */
export type ProbeAnswer = 'nothing' | 'alive' | 'reset';

/** Asks after a peer from which nothing is heard. */
export class Keepalive {
  readonly #schedule: Schedule;
  readonly #ask: () => ProbeAnswer;
  readonly #ended: (how: 'timeout' | 'reset') => void;
  #probing: SimEvent | undefined;

  /** `ended` hears that the peer has not answered, that often, or has forgotten the connection. */
  constructor(schedule: Schedule, ask: () => ProbeAnswer, ended: (how: 'timeout' | 'reset') => void) {
    this.#schedule = schedule;
    this.#ask = ask;
    this.#ended = ended;
  }

  begin(delayMs: number): void {
    this.end();
    this.#probe(delayMs > 0 ? delayMs : USUAL_MS, delayMs > 0 ? delayMs : USUAL_MS, PROBES);
  }

  end(): void {
    this.#schedule.cancel(this.#probing);
  }

  #probe(delayMs: number, usualMs: number, left: number): void {
    this.#probing = this.#schedule.after(delayMs, () => {
      const answer = this.#ask();
      if (answer === 'alive') this.#probe(usualMs, usualMs, PROBES);
      else if (answer === 'reset') this.#ended('reset');
      else if (left === 0) this.#ended('timeout');
      else this.#probe(PROBE_MS, usualMs, left - 1);
    });
  }
}
