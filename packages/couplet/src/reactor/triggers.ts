/** When a trigger runs, around a system event. */
export type TriggerPhase = 'before' | 'during' | 'after';
/** The events of a reactor that triggers are for: `run` begins, or `stop` was called. */
export type SystemEvent = 'startup' | 'shutdown';

/** The phases of an event, in their order. */
export const PHASES: readonly TriggerPhase[] = ['before', 'during', 'after'];
export const EVENTS: readonly SystemEvent[] = ['startup', 'shutdown'];

/** A trigger that was added, for `Reactor.removeSystemEventTrigger`. */
export interface Trigger {
  /** When it runs, around its event. */
  readonly phase: TriggerPhase;
  /** The event that it is for. */
  readonly event: SystemEvent;
}

interface TriggerEntry extends Trigger {
  readonly run: () => unknown;
}

/** The triggers of a reactor, which run when it starts and stops. */
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
