import type { Schedule, SimEvent } from './schedule.ts';

/** The interval and number of probes: those of Linux. */
const PROBES = 9;
const PROBE_MS = 75_000;
const USUAL_MS = 7_200_000;

/** The answer of the peer's kernel: none, that the connection exists, or that it does not know the connection. */
export type ProbeAnswer = 'nothing' | 'alive' | 'reset';

/** Sends probes to a peer that is silent. */
export class Keepalive {
  readonly #schedule: Schedule;
  readonly #ask: () => ProbeAnswer;
  readonly #ended: (how: 'timeout' | 'reset') => void;
  #probing: SimEvent | undefined;

  /** `ended` is called when the peer has not answered all probes, or has forgotten the connection. */
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
