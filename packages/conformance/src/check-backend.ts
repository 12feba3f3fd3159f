import type { Check } from './check.ts';
import { abortingChecks } from './checks/aborting.ts';
import { admissionChecks } from './checks/admission.ts';
import { adoptedEndChecks } from './checks/adopted-ends.ts';
import { adoptingChecks } from './checks/adopting.ts';
import { alarmChecks } from './checks/alarm.ts';
import { boundChecks } from './checks/bounds.ts';
import { brokenTLSChecks } from './checks/broken-tls.ts';
import { buildingChecks } from './checks/building.ts';
import { cancellingChecks } from './checks/cancelling.ts';
import { chaosChecks } from './checks/chaos.ts';
import { clientOrderChecks } from './checks/client-order.ts';
import { clientWalkChecks } from './checks/client-walks.ts';
import { clockChecks } from './checks/clock.ts';
import { cloggedChecks } from './checks/clogged.ts';
import { closingChecks } from './checks/closing.ts';
import { connectingChecks } from './checks/connecting.ts';
import { connectionChecks } from './checks/connection.ts';
import { conversingChecks } from './checks/conversing.ts';
import { deliveringChecks } from './checks/delivering.ts';
import { drainChecks } from './checks/drain.ts';
import { drainRunChecks } from './checks/drain-run.ts';
import { execChecks } from './checks/exec.ts';
import { facetChecks } from './checks/facets.ts';
import { failedWriteChecks } from './checks/failed-writes.ts';
import { failureChecks } from './checks/failures.ts';
import { fairnessChecks } from './checks/fairness.ts';
import { halfCloseChecks } from './checks/half-close.ts';
import { helloChecks } from './checks/hello.ts';
import { injectingChecks } from './checks/injecting.ts';
import { inspectingChecks } from './checks/inspecting.ts';
import { kernelChecks } from './checks/kernel.ts';
import { leavingChecks } from './checks/leaving.ts';
import { listeningChecks } from './checks/listening.ts';
import { misuseChecks } from './checks/misuse.ts';
import { nameChecks } from './checks/names.ts';
import { observerChecks } from './checks/observers.ts';
import { partingChecks } from './checks/parting.ts';
import { pausingChecks } from './checks/pausing.ts';
import { policyChecks } from './checks/policies.ts';
import { portChecks } from './checks/ports.ts';
import { pressureChecks } from './checks/pressure.ts';
import { processChecks } from './checks/processes.ts';
import { promiseChecks } from './checks/promises.ts';
import { pullingChecks } from './checks/pulling.ts';
import { racingChecks } from './checks/racing.ts';
import { readingChecks } from './checks/reading.ts';
import { reconnectingChecks } from './checks/reconnecting.ts';
import { refusalChecks } from './checks/refusal.ts';
import { refusedChecks } from './checks/refused.ts';
import { reportChecks } from './checks/reports.ts';
import { resumingChecks } from './checks/resuming.ts';
import { roomChecks } from './checks/room.ts';
import { runningChecks } from './checks/running.ts';
import { startTLSChecks } from './checks/start-tls.ts';
import { stoppingChecks } from './checks/stopping.ts';
import { timerChecks } from './checks/timers.ts';
import { tlsChecks } from './checks/tls.ts';
import { toldChecks } from './checks/told.ts';
import { triggerChecks } from './checks/triggers.ts';
import { writingChecks } from './checks/writing.ts';
import type { BackendUnderTest } from './stage.ts';

/**
 * Returns the checks that every backend has to pass: one or more for each rule of the contract that is visible from above the seam. They
 * are for any test runner: `for (const { name, run } of checkBackend(underTest)) test(name, { timeout: 30_000 }, run)`.
 *
 * Nothing runs before `run` is called; each check asks for a backend, and runs a reactor of its own on it. Run them one after the other,
 * since some measure time. Checks over UNIX sockets are left out if `underTest` has no `unixPath`, checks of adopted streams if it has no
 * `streamPair`, checks over TLS if it has no `tls`, checks of processes if it has no `command`, and of what only the system knows of a
 * socket if it has no `kernel`.
 */
export function checkBackend(underTest: BackendUnderTest): Check[] {
  return [
    ...connectionChecks(underTest),
    ...closingChecks(underTest),
    ...abortingChecks(underTest),
    ...halfCloseChecks(underTest),
    ...failureChecks(underTest),
    ...reportChecks(underTest),
    ...buildingChecks(underTest),
    ...misuseChecks(underTest),
    ...promiseChecks(underTest),
    ...deliveringChecks(underTest),
    ...pressureChecks(underTest),
    ...roomChecks(underTest),
    ...pullingChecks(underTest),
    ...fairnessChecks(underTest),
    ...pausingChecks(underTest),
    ...resumingChecks(underTest),
    ...boundChecks(underTest),
    ...chaosChecks(underTest),
    ...failedWriteChecks(underTest),
    ...refusalChecks(underTest),
    ...writingChecks(underTest),
    ...cloggedChecks(underTest),
    ...adoptingChecks(underTest),
    ...adoptedEndChecks(underTest),
    ...listeningChecks(underTest),
    ...portChecks(underTest),
    ...clientWalkChecks(underTest),
    ...stoppingChecks(underTest),
    ...leavingChecks(underTest),
    ...partingChecks(underTest),
    ...drainChecks(underTest),
    ...drainRunChecks(underTest),
    ...observerChecks(underTest),
    ...inspectingChecks(underTest),
    ...kernelChecks(underTest),
    ...toldChecks(underTest),
    ...nameChecks(underTest),
    ...triggerChecks(underTest),
    ...runningChecks(underTest),
    ...alarmChecks(underTest),
    ...timerChecks(underTest),
    ...clockChecks(underTest),
    ...facetChecks(underTest),
    ...reconnectingChecks(underTest),
    ...clientOrderChecks(underTest),
    ...racingChecks(underTest),
    ...cancellingChecks(underTest),
    ...connectingChecks(underTest),
    ...readingChecks(underTest),
    ...conversingChecks(underTest),
    ...processChecks(underTest),
    ...execChecks(underTest),
    ...policyChecks(underTest),
    ...admissionChecks(underTest),
    ...refusedChecks(underTest),
    ...tlsChecks(underTest),
    ...startTLSChecks(underTest),
    ...helloChecks(underTest),
    ...brokenTLSChecks(underTest),
    ...injectingChecks(underTest),
  ];
}
