import type { ClockFacet } from '../seam/clock.ts';

/** What one of those who share an alarm has set. */
interface Setting {
  /** When it rings; undefined while it is off. */
  at: number | undefined;
  ring: () => void;
}

/** One alarm for several, since a backend has one: it is set to what comes first. */
export class SharedAlarm {
  readonly #clock: Pick<ClockFacet, 'now' | 'alarm'>;
  readonly #settings: Setting[] = [];
  /** What the alarm is set to. */
  #armed: number | undefined;
  #ringing = false;

  constructor(clock: Pick<ClockFacet, 'now' | 'alarm'>) {
    this.#clock = clock;
  }

  /** Returns an alarm for one more of them. It is as that of a backend. */
  part(): ClockFacet['alarm'] {
    const setting: Setting = { at: undefined, ring: () => {} };
    this.#settings.push(setting);
    return (at, ring) => {
      setting.at = at;
      setting.ring = ring;
      this.#arm();
    };
  }

  readonly #ring = (): void => {
    this.#armed = undefined;
    this.#ringing = true;
    const now = this.#clock.now();
    try {
      this.#ringAll(this.#settings.filter(({ at }) => at !== undefined && at <= now));
    } finally {
      this.#ringing = false;
      this.#arm();
    }
  };

  /** If one throws, the others ring nevertheless. */
  #ringAll([first, ...others]: readonly Setting[]): void {
    if (first === undefined) return;
    try {
      // One that rang before may have switched it off.
      if (first.at !== undefined && first.at <= this.#clock.now()) {
        first.at = undefined;
        first.ring();
      }
    } finally {
      this.#ringAll(others);
    }
  }

  #arm(): void {
    if (this.#ringing) return;
    const times = this.#settings.flatMap(({ at }) => (at === undefined ? [] : [at]));
    const at = times.length === 0 ? undefined : Math.min(...times);
    if (at === this.#armed) return;
    this.#armed = at;
    this.#clock.alarm(at, this.#ring);
  }
}
