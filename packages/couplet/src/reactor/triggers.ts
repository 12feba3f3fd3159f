/** When, around a system event, a trigger runs. */
export type TriggerPhase = 'before' | 'during' | 'after';
/** The two events of a reactor's life. */
export type SystemEvent = 'startup' | 'shutdown';

/** In the order in which they come. */
export const PHASES: readonly TriggerPhase[] = ['before', 'during', 'after'];
export const EVENTS: readonly SystemEvent[] = ['startup', 'shutdown'];

/** A trigger that was added; the handle to remove it by. */
export interface Trigger {
  readonly phase: TriggerPhase;
  readonly event: SystemEvent;
}

interface TriggerEntry extends Trigger {
  readonly run: () => unknown;
}

/** What is to run when a reactor starts and stops. */
export class Triggers {
  #entries: TriggerEntry[] = [];

  add(phase: TriggerPhase, event: SystemEvent, run: () => unknown): Trigger {
    const entry = { phase, event, run };
    this.#entries.push(entry);
    return entry;
  }

  /** Throws an `Error` when the trigger is not there. */
  remove(trigger: Trigger): void {
    const rest = this.#entries.filter((entry) => entry !== trigger);
    if (rest.length === this.#entries.length) throw new Error('that trigger was not added, or was already removed');
    this.#entries = rest;
  }

  /** True until the trigger is removed. */
  has(trigger: Trigger): boolean {
    return this.#entries.some((entry) => entry === trigger);
  }

  /** The triggers of one phase, in the order in which they were added. */
  of(phase: TriggerPhase, event: SystemEvent): (() => unknown)[] {
    return this.#entries.filter((entry) => entry.phase === phase && entry.event === event).map((entry) => entry.run);
  }
}
