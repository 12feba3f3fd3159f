import type { Fault, FaultPlan, Scenario, SimulateOptions, World } from 'couplet/sim';

/** A scenario, and how it is simulated. */
export interface Scene {
  /** Begins with the row of the faults that it stands for. */
  readonly name: string;
  readonly options: Omit<SimulateOptions, 'seeds'>;
  readonly play: Scenario;
}

/** Networks of every kind, on which nothing goes wrong by itself. */
export const WHOLE: Partial<FaultPlan> = { faults: [], faultsMs: 0, everyMs: Number.POSITIVE_INFINITY };

/** What TCP repairs: everything comes, late. */
export const REPAIRED: Partial<FaultPlan> = { faults: ['partition', 'blackHole', 'clock'] };

/**
 * What cannot be taken for an end in order. Processes that are killed are left out, since their kernel ends their connections
 * in order; so is the loss of power, since a program that cannot start again at once is killed and started once more.
 */
export const LOUD: readonly Fault[] = ['cut', 'partition', 'blackHole', 'names', 'descriptors'];

/**
 * How many bytes to send, `most` at best: enough to fill the buffers and many segments of this network, and no more than many
 * seeds can afford.
 */
export function affordable({ conditions: { receiveBufferBytes, segmentBytes } }: World, most: number): number {
  return Math.min(most, 10 * receiveBufferBytes, 300 * segmentBytes);
}

/** Throws an `Error` that says what was to be. */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
