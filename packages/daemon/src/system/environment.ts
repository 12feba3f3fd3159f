/** What a service manager tells by the environment. */
export interface ServiceManager {
  /** Where it takes notifications; absent if it takes none. */
  readonly notifySocket?: string;
  /** How often it must be told that all is well, in milliseconds; absent if it need not be. */
  readonly watchdogMs?: number;
}

/** The variables that are meant for the supervisor alone: a worker that follows them would speak for it, or take its sockets. */
const OURS: readonly string[] = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'RUNTIME_DIRECTORY',
];

/** Reads what the service manager tells the process `pid`. What is meant for another one, or cannot be read, is as if it were not there. */
export function serviceManagerOf(environment: NodeJS.ProcessEnv, pid: number): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: watched } = environment;
  const watchdogMs = watched === undefined || watched === `${pid}` ? Number(usec) / 1000 : 0;
  return {
    ...(socket === undefined || socket === '' ? {} : { notifySocket: socket }),
    ...(watchdogMs > 0 && Number.isFinite(watchdogMs) ? { watchdogMs } : {}),
  };
}

/** Returns the environment for children: without what the service manager tells the supervisor. */
export function environmentOfChildren(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OURS.includes(name)));
}
