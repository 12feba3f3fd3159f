import type { Dice } from '../time/dice.ts';
import type { Conditions } from './conditions.ts';
import { CALM } from './conditions.ts';

/** How much goes wrong in a world: nothing (`calm`), some faults on a changing network (`rough`), or all kinds of faults (`storm`). */
export type Profile = 'calm' | 'rough' | 'storm';

export const PROFILES: readonly Profile[] = ['calm', 'rough', 'storm'];

/** The faults of one world, made from a profile and a seed. They happen at first; afterwards the network is calm and whole. */
export interface FaultPlan {
  /** The conditions of the network. */
  readonly conditions: Conditions;
  /** How long faults may happen, in milliseconds since the world began. */
  readonly faultsMs: number;
  /** The average time between two faults, in milliseconds; `Infinity` for no faults. */
  readonly everyMs: number;
  /** The kinds of faults that may happen. */
  readonly faults: readonly Fault[];
}

/**
 * A kind of fault, which happens at random times:
 *
 * - `cut`: a connection is reset
 * - `partition`: two hosts cannot reach each other for a while
 * - `blackHole`: what one host sends to another does not arrive for a while
 * - `names`: lookups fail, or never end, for a while
 * - `clock`: a wall clock jumps by up to a day
 * - `descriptors`: a host has no free descriptors for a while
 * - `crash`: a process is killed, and started again after a while
 * - `powerLoss`: a host loses its power, and gets it back after a while
 */
export type Fault = 'cut' | 'partition' | 'blackHole' | 'names' | 'clock' | 'descriptors' | 'crash' | 'powerLoss';

const ROUGH: readonly Fault[] = ['cut', 'partition', 'names', 'clock'];
export const FAULTS: readonly Fault[] = [...ROUGH, 'blackHole', 'descriptors', 'crash', 'powerLoss'];

/** Makes the fault plan of a seed. Each has only some of the faults, and conditions of its own, so that each finds other mistakes. */
export function faultPlanOf(profile: Profile, dice: Dice): FaultPlan {
  if (profile === 'calm') return { conditions: CALM, faultsMs: 0, everyMs: Number.POSITIVE_INFINITY, faults: [] };
  const known = profile === 'rough' ? ROUGH : FAULTS;
  const tiny = dice.chance(0.3);
  return {
    conditions: {
      latencyMs: dice.pick([0.05, 1, 10, 80]),
      jitterMs: dice.pick([0, 0.5, 5, 50]),
      bytesPerMs: dice.pick([Number.POSITIVE_INFINITY, 100_000, 1000, 50]),
      segmentBytes: tiny ? dice.pick([1, 7, 100]) : dice.pick([536, 1460, 65_536]),
      sendBufferBytes: tiny ? dice.pick([100, 4096]) : dice.pick([4096, 65_536, 262_144]),
      receiveBufferBytes: tiny ? dice.pick([100, 2048]) : dice.pick([2048, 65_536, 262_144]),
      wakeMs: dice.pick([0, 0, 1, 20]),
    },
    faultsMs: dice.between(1000, profile === 'rough' ? 30_000 : 120_000),
    everyMs: dice.pick([100, 1000, 10_000]),
    faults: known.filter(() => dice.chance(0.5)),
  };
}
