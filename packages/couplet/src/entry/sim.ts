import { backend } from '#backend';
import { border } from '#border';
import type { Scenario, Simulated, SimulateOptions } from '../sim/simulate.ts';
import { play } from '../sim/simulate.ts';

export type { CertificateFiles, CertificateOptions } from '../sim/certificate.ts';
export type { Command, CommandInput, CommandOutput, CommandProcess } from '../sim/command.ts';
export type { Conditions } from '../sim/conditions.ts';
export type { SimDuplex } from '../sim/duplex.ts';
export type { FaultInjector, InjectedFault } from '../sim/fault-injector.ts';
export type { Fault, FaultPlan, Profile } from '../sim/fault-plan.ts';
export type { Host, Program } from '../sim/host.ts';
export type { HostProcess } from '../sim/host-process.ts';
export type { NameAnswer, Names } from '../sim/names.ts';
export type { Schedule, SimEvent } from '../sim/schedule.ts';
export type { LedgerConditions, SimLedger } from '../sim/sim-ledger.ts';
export type { Scenario, Simulated, SimulateOptions } from '../sim/simulate.ts';
export { SimulationError } from '../sim/simulate.ts';
export type { Trace } from '../sim/trace.ts';
export type { World } from '../sim/world.ts';

/**
 * Plays a scenario in simulated worlds, one for each seed: hosts, a network with the faults of the profile, and virtual time. The
 * same seed gives the same world on every runtime. Resolves when all seeds have been played.
 *
 * Every connection is watched. A world fails if bytes are lost, doubled or out of order; if a callback comes at the wrong time or
 * throws; if observers are told, or `inspect` shows, anything else than what was counted; if anything is left at the end; and if the
 * scenario rejects, makes no progress once the faults are over, or waits for something outside its world.
 *
 * Rejects with a `SimulationError` at the first seed that fails. Its message has a line that replays it: with that
 * `COUPLET_SIM=...` in the environment, every `simulate` plays that seed only. Rejects with a `TypeError` or `RangeError` if an
 * option is wrong.
 *
 * @param options The seeds, the profile and other settings.
 * @param scenario The program of each world.
 */
export function simulate(options: SimulateOptions, scenario: Scenario): Promise<Simulated> {
  return play(options, scenario, { ...backend(), border });
}
