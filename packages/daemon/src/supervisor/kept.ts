import type { DaemonOptions } from '../configuration/options.ts';

/** The options that the supervisor takes when it starts, as they are called in a file, and what holds them. */
const KEPT = {
  uid: 'uid',
  gid: 'gid',
  groups: 'groups',
  umask: 'umask',
  rundir: 'rundir',
  control: 'control',
  name: 'name',
  pidfile: 'pidfile',
  daemonize: 'daemonize',
  readyFd: 'readyFd',
  logFile: 'logFile',
  logFormat: 'logFormat',
  logLevel: 'logLevel',
  logQueue: 'logQueue',
  metrics: 'metrics',
  inspect: 'inspect',
} as const satisfies Readonly<Record<string, keyof DaemonOptions>>;

/** The keys of the options that differ, and that a reload does not change: the supervisor keeps what it was started with. */
export function keptOptions(before: DaemonOptions, now: DaemonOptions): readonly string[] {
  return Object.entries(KEPT)
    .filter(([, key]) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map(([name]) => name);
}
