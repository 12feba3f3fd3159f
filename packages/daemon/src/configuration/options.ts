import type { LogLevel } from '../log/log.ts';

/** How a daemon runs: what the command line, the environment and the configuration file say, with the defaults. Times are in milliseconds. */
export interface DaemonOptions {
  /** How many workers each group has; 0 runs everything in this process. */
  readonly workers: number;
  /** Whether all services are one group, or each is a group of its own. */
  readonly topology: 'together' | 'apart';
  /** Whether the workers of a group share one queue of connections, or have one each. */
  readonly accept: 'shared' | 'spread';
  readonly readyTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly reloadDrainTimeoutMs: number;
  readonly maxGenerations: number;
  /** How long a worker may be silent; 0 for ever. */
  readonly workerTimeoutMs: number;
  readonly exitOnCrashLoop: boolean;
  /** How many resident bytes a worker may have; absent: any. */
  readonly maxWorkerMemory?: number;
  readonly uid?: string;
  readonly gid?: string;
  readonly groups?: readonly string[];
  readonly umask: number;
  /** The working directory, as it was given: resolved anew at each reload. */
  readonly rundir: string;
  /** The path of the control socket, or `none`; absent: the first place that `placeOfControl` lists. */
  readonly control?: string;
  /** The name for the control socket; absent: that of the application. */
  readonly name?: string;
  readonly pidfile?: string;
  readonly daemonize: boolean;
  readonly readyFd?: number;
  readonly logFile?: string;
  readonly logFormat?: 'json' | 'pretty';
  readonly logLevel: LogLevel;
  /** How many bytes of lines wait for the destination, in each process. */
  readonly logQueue: number;
  readonly accessLog: boolean;
  /** The endpoint of metrics and health, a server description; absent: none. A port alone has become one of loopback. */
  readonly metrics?: string;
  /** The endpoint of the inspector, a server description, or `off`. */
  readonly inspect: string;
  /** The URL of the Redis that counts for a fleet, from `ledger` or the file `ledgerFile`; absent: none. */
  readonly ledger?: string;
  readonly whenAway: 'local' | 'allow' | 'refuse';
  /** What the describe child and workers run on: `node`, `bun`, `deno` or a path; absent: the Node of this process. */
  readonly runtime?: string;
  /** Options of that runtime. */
  readonly nodeOptions: readonly string[];
}

/** What the configuration says of one service: the section `[service.NAME]`. Times are in milliseconds. */
export interface ServiceSettings {
  /** Server descriptions in place of those of the application. */
  readonly listen?: readonly string[];
  /** How many workers; only with the topology `apart`. */
  readonly workers?: number;
  /** As `accept` of the daemon; only with the topology `apart`. */
  readonly accept?: 'shared' | 'spread';
  readonly limit?: {
    readonly total?: number;
    readonly perPeer?: number;
    /** Over which processes it counts; `node` unless set. */
    readonly scope: 'worker' | 'node' | 'fleet';
  };
  /** The networks of the proxies whose PROXY headers are believed; with it each connection must begin with one. */
  readonly proxyProtocol?: readonly string[];
  readonly idleTimeoutMs?: number;
  readonly absoluteTimeoutMs?: number;
  /** How many bytes a second each connection may receive, and as many send. */
  readonly throttle?: number;
}

/** The whole configuration of a daemon. */
export interface Configuration {
  readonly options: DaemonOptions;
  /** For the application's own schema; absent if nothing was configured. */
  readonly application: unknown;
  /**
   * The settings of services, by name; those within a `MultiService` by their path, such as `upstream/cache`. It has no prototype, so
   * that no name finds anything else.
   */
  readonly services: Readonly<Record<string, ServiceSettings>>;
  /** Names the place that a path such as `['service', 'slow', 'workers']` was configured at, for an error: `poetry.toml:3: service.slow.workers`. */
  readonly place: (path: readonly PropertyKey[]) => string;
}
