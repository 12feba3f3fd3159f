import type { DaemonOptions } from '../configuration/options.ts';
import { nameOf, variableOf } from '../configuration/table.ts';
import { MOST_CHARACTERS } from '../configuration/tree.ts';
import { kubernetesGraces } from './kubernetes.ts';
import { unitTimes } from './systemd.ts';

/** The kinds of deployment files. */
export const DEPLOYMENTS = ['systemd', 'kubernetes'] as const;
/** One of them: a unit of systemd, or manifests of Kubernetes in YAML. */
export type DeploymentKind = (typeof DEPLOYMENTS)[number];

type Times = Pick<DaemonOptions, 'drainDelayMs' | 'drainTimeoutMs' | 'stopTimeoutMs' | 'workerTimeoutMs'>;

/** What a stop takes besides the times that are configured. */
const SPARE_MS = 1000;

/**
 * Compares the times of a deployment file with those of a daemon, and resolves to what is wrong, a line each: a service manager that
 * kills sooner than a stop may take, or a watchdog that bites before a worker that hangs is replaced.
 */
export async function checkDeployment(kind: DeploymentKind, text: string, times: Times): Promise<string[]> {
  if (text.length > MOST_CHARACTERS) return [`the file has more than ${MOST_CHARACTERS} characters`];
  return kind === 'systemd' ? checkUnit(text, times) : checkManifests(text, times);
}

function checkUnit(text: string, times: Times): string[] {
  const { stopMs, watchdogMs, flaws } = unitTimes(text);
  const { ms, sum } = needed(times);
  const all = [...flaws];
  if (stopMs < ms) all.push(`TimeoutStopSec is ${seconds(stopMs)}, not at least ${sum}`);
  const least = 2 * times.workerTimeoutMs;
  if (watchdogMs < least)
    all.push(`WatchdogSec is ${seconds(watchdogMs)}, not at least ${seconds(least)}, twice the worker timeout`);
  return all;
}

async function checkManifests(text: string, times: Times): Promise<string[]> {
  const { graces, flaws } = await kubernetesGraces(text);
  const all = [...flaws];
  for (const { name, graceMs, sleepMs, environment } of graces) {
    const own = timesIn(environment, times);
    const { ms, sum } = needed(own, sleepMs);
    if (graceMs < ms) all.push(`${name}: terminationGracePeriodSeconds is ${seconds(graceMs)}, not at least ${sum}`);
    if (sleepMs > 0 && own.drainDelayMs > 0)
      all.push(
        `${name}: preStop sleeps ${seconds(sleepMs)} and the drain delay is ${seconds(own.drainDelayMs)}: one is enough`,
      );
  }
  return all;
}

/** The times with those that the environment of a container has in place of a configuration file's; what is no time the daemon refuses. */
function timesIn(environment: ReadonlyMap<string, string>, times: Times): Times {
  const changed = (['drainDelayMs', 'drainTimeoutMs', 'stopTimeoutMs'] as const).flatMap((key) => {
    const ms = Number(environment.get(variableOf(nameOf(key))) ?? Number.NaN) * 1000;
    return Number.isFinite(ms) ? [[key, ms] as const] : [];
  });
  return { ...times, ...Object.fromEntries(changed) };
}

/** How long a stop may take, and of what that is the sum. */
function needed(times: Times, sleepMs = 0): { readonly ms: number; readonly sum: string } {
  const { drainDelayMs, drainTimeoutMs, stopTimeoutMs } = times;
  const ms = sleepMs + drainDelayMs + drainTimeoutMs + stopTimeoutMs + SPARE_MS;
  const sleep = sleepMs > 0 ? `preStop ${seconds(sleepMs)} + ` : '';
  const parts = `${sleep}delay ${seconds(drainDelayMs)} + drain ${seconds(drainTimeoutMs)} + stop ${seconds(stopTimeoutMs)} + 1 s`;
  return { ms, sum: `${seconds(ms)} (${parts})` };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
