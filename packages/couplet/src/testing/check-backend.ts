import type { Check } from './check.ts';
import { abortingChecks } from './check-aborting.ts';
import { alarmChecks } from './check-alarm.ts';
import { boundChecks } from './check-bounds.ts';
import { brokenTLSChecks } from './check-broken-tls.ts';
import { buildingChecks } from './check-building.ts';
import { cancellingChecks } from './check-cancelling.ts';
import { chaosChecks } from './check-chaos.ts';
import { clientOrderChecks } from './check-client-order.ts';
import { clientWalkChecks } from './check-client-walks.ts';
import { clockChecks } from './check-clock.ts';
import { cloggedChecks } from './check-clogged.ts';
import { closingChecks } from './check-closing.ts';
import { connectingChecks } from './check-connecting.ts';
import { connectionChecks } from './check-connection.ts';
import { conversingChecks } from './check-conversing.ts';
import { deliveringChecks } from './check-delivering.ts';
import { facetChecks } from './check-facets.ts';
import { failedWriteChecks } from './check-failed-writes.ts';
import { failureChecks } from './check-failures.ts';
import { fairnessChecks } from './check-fairness.ts';
import { halfCloseChecks } from './check-half-close.ts';
import { helloChecks } from './check-hello.ts';
import { injectingChecks } from './check-injecting.ts';
import { leavingChecks } from './check-leaving.ts';
import { listeningChecks } from './check-listening.ts';
import { misuseChecks } from './check-misuse.ts';
import { nameChecks } from './check-names.ts';
import { observerChecks } from './check-observers.ts';
import { pausingChecks } from './check-pausing.ts';
import { policyChecks } from './check-policies.ts';
import { portChecks } from './check-ports.ts';
import { pressureChecks } from './check-pressure.ts';
import { promiseChecks } from './check-promises.ts';
import { pullingChecks } from './check-pulling.ts';
import { racingChecks } from './check-racing.ts';
import { readingChecks } from './check-reading.ts';
import { reconnectingChecks } from './check-reconnecting.ts';
import { refusalChecks } from './check-refusal.ts';
import { reportChecks } from './check-reports.ts';
import { resumingChecks } from './check-resuming.ts';
import { roomChecks } from './check-room.ts';
import { runningChecks } from './check-running.ts';
import { startTLSChecks } from './check-start-tls.ts';
import { stoppingChecks } from './check-stopping.ts';
import { timerChecks } from './check-timers.ts';
import { tlsChecks } from './check-tls.ts';
import { triggerChecks } from './check-triggers.ts';
import { writingChecks } from './check-writing.ts';
import type { BackendUnderTest } from './stage.ts';

/**
 * What every backend has to pass: each rule of the contract that can be seen from above the seam, as checks for any test
 * runner: `for (const { name, run } of checkBackend(underTest)) test(name, run)`. Each check runs a reactor of its own.
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
    ...listeningChecks(underTest),
    ...portChecks(underTest),
    ...clientWalkChecks(underTest),
    ...stoppingChecks(underTest),
    ...leavingChecks(underTest),
    ...observerChecks(underTest),
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
    ...policyChecks(underTest),
    ...tlsChecks(underTest),
    ...startTLSChecks(underTest),
    ...helloChecks(underTest),
    ...brokenTLSChecks(underTest),
    ...injectingChecks(underTest),
  ];
}
