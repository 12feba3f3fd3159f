import { backend } from '#backend';
import { border } from '#border';
import type { Scenario, Simulated, SimulateOptions } from '../sim/simulate.ts';
import { play } from '../sim/simulate.ts';

export type { CertificateFiles, CertificateOptions } from '../sim/certificate.ts';
export type { Conditions } from '../sim/conditions.ts';
export type { FaultInjector, InjectedFault } from '../sim/fault-injector.ts';
export type { Fault, FaultPlan, Profile } from '../sim/fault-plan.ts';
export type { Host, Program } from '../sim/host.ts';
export type { HostProcess } from '../sim/host-process.ts';
export type { NameAnswer, Names } from '../sim/names.ts';
export type { Schedule, SimEvent } from '../sim/schedule.ts';
export type { Scenario, Simulated, SimulateOptions } from '../sim/simulate.ts';
export { SimulationError } from '../sim/simulate.ts';
export type { Trace } from '../sim/trace.ts';
export type { World } from '../sim/world.ts';

/**
 * Plays a scenario in simulated worlds, one for each seed: hosts, a network that treats them as the profile says, and virtual
 * time. The same seed gives the same world, on every runtime. Every connection is watched: bytes that are lost, doubled or out
 * of order, callbacks at the wrong time, errors of callbacks, and anything that is left at the end fail the simulation, as does a
 * scenario that rejects, that makes no progress once the faults are over, or that waits for anything outside of its world.
 *
 * Rejects with a `SimulationError` at the first seed that fails; its message has a line that replays it: with that
 * `COUPLET_SIM=...` in the environment, every `simulate` plays that seed only.
 */
export function simulate(options: SimulateOptions, scenario: Scenario): Promise<Simulated> {
  return play(options, scenario, { ...backend(), border });
}
