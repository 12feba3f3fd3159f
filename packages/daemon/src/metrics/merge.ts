import { addListener, keyOf, type LedgerCounters, type ListenerCounters, type ProcessCounters } from './counters.ts';

/** How many names of those that ended are kept apart. Names grow with new configurations only; what is above that is counted together. */
const MOST_NAMES = 1000;
const OTHERS = { service: 'other', listener: 'other' };
const OTHER_SLOT = 'other';

/** What the processes of one slot count: the one that serves, and those before it. */
export interface SlotCounters {
  readonly slot: string;
  /** Of all that were in the slot since the supervisor began. */
  readonly cpuSeconds: number;
  /** Of those that live, together; 0 if none does. */
  readonly residentBytes: number;
  readonly openDescriptors?: number;
  /** Of the newest one that lives. */
  readonly loop?: NonNullable<ProcessCounters['loop']>;
}

/** The counters of all processes together. */
export interface MergedCounters {
  readonly listeners: readonly ListenerCounters[];
  readonly slots: readonly SlotCounters[];
  readonly droppedLines: number;
  readonly droppedMessages: number;
  /** Absent if no process ever had a ledger; `up` when it is for all that live. */
  readonly ledger?: LedgerCounters;
}

/** Where one process reports to. */
export interface Seat {
  /** Takes the counters in place of those before. Does nothing with older ones, and nothing after `end`. */
  report(counters: ProcessCounters): void;
  /** The process has ended: its counters stay, its gauges do not. A further call does nothing. */
  end(): void;
}

/**
 * Adds up what processes count. A process reports absolute values. When it ends its last ones stay in the sums, so that no counter goes
 * down; so what is kept grows with the names of services, listeners and slots, and not with the processes that there were.
 */
export class Merge {
  readonly #living: Set<{ readonly slot: string; readonly counters: ProcessCounters | undefined }> = new Set();
  readonly #ended: Map<string, ListenerCounters> = new Map();
  readonly #cpuSeconds: Map<string, number> = new Map();
  #droppedLines = 0;
  #droppedMessages = 0;
  #decisions: LedgerCounters['decisions'] | undefined;

  /** Adds a process. `slot` is what its gauges are labelled with: a few short words that later processes have as well. */
  join(slot: string): Seat {
    const one: { slot: string; counters: ProcessCounters | undefined } = { slot, counters: undefined };
    this.#living.add(one);
    return {
      report: (counters) => {
        if (one.counters === undefined || counters.serial > one.counters.serial) one.counters = counters;
      },
      end: () => {
        if (this.#living.delete(one) && one.counters !== undefined) this.#keep(slot, one.counters);
      },
    };
  }

  /** Returns the sums now. */
  sums(): MergedCounters {
    const listeners = new Map(this.#ended);
    let droppedLines = this.#droppedLines;
    let droppedMessages = this.#droppedMessages;
    let ledger = this.#decisions === undefined ? undefined : { up: true, decisions: this.#decisions };
    const slots = new Map(Array.from(this.#cpuSeconds, ([slot, cpuSeconds]) => [slot, emptySlot(slot, cpuSeconds)]));
    for (const { slot, counters } of this.#living) {
      if (counters === undefined) continue;
      for (const one of counters.listeners) addListener(listeners, one);
      droppedLines += counters.droppedLines;
      droppedMessages += counters.droppedMessages;
      if (counters.ledger !== undefined) ledger = sumOfLedgers(ledger, counters.ledger);
      slots.set(slot, withProcess(slots.get(slot) ?? emptySlot(slot, 0), counters));
    }
    return {
      listeners: [...listeners.values()],
      slots: [...slots.values()],
      droppedLines,
      droppedMessages,
      ...(ledger === undefined ? {} : { ledger }),
    };
  }

  #keep(slot: string, counters: ProcessCounters): void {
    for (const { certificateExpiry, ...one } of counters.listeners) {
      const ended = { ...one, open: 0, queuedBytes: 0 };
      if (this.#ended.has(keyOf(one)) || this.#ended.size < MOST_NAMES) addListener(this.#ended, ended);
      else addListener(this.#ended, { ...ended, ...OTHERS });
    }
    const known = this.#cpuSeconds.has(slot) || this.#cpuSeconds.size < MOST_NAMES ? slot : OTHER_SLOT;
    this.#cpuSeconds.set(known, (this.#cpuSeconds.get(known) ?? 0) + counters.cpuSeconds);
    this.#droppedLines += counters.droppedLines;
    this.#droppedMessages += counters.droppedMessages;
    if (counters.ledger === undefined) return;
    const kept = this.#decisions === undefined ? undefined : { up: true, decisions: this.#decisions };
    this.#decisions = sumOfLedgers(kept, counters.ledger).decisions;
  }
}

function emptySlot(slot: string, cpuSeconds: number): SlotCounters {
  return { slot, cpuSeconds, residentBytes: 0 };
}

/** Adds a process to those of its slot, which are older. */
function withProcess(slot: SlotCounters, counters: ProcessCounters): SlotCounters {
  const loop = counters.loop ?? slot.loop;
  const descriptors = [slot.openDescriptors, counters.openDescriptors].filter((count) => count !== undefined);
  return {
    slot: slot.slot,
    cpuSeconds: slot.cpuSeconds + counters.cpuSeconds,
    residentBytes: slot.residentBytes + counters.residentBytes,
    ...(descriptors.length === 0 ? {} : { openDescriptors: descriptors.reduce((sum, count) => sum + count) }),
    ...(loop === undefined ? {} : { loop }),
  };
}

function sumOfLedgers(one: LedgerCounters | undefined, other: LedgerCounters): LedgerCounters {
  if (one === undefined) return other;
  const { granted, refused, unknown } = other.decisions;
  return {
    up: one.up && other.up,
    decisions: {
      granted: one.decisions.granted + granted,
      refused: one.decisions.refused + refused,
      unknown: one.decisions.unknown + unknown,
    },
  };
}
