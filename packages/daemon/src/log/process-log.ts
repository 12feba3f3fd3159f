import type { Clock } from 'couplet';
import type { Destination } from './destination.ts';
import { openDestination } from './destination.ts';
import type { Log, LogFields, LogLevel } from './log.ts';
import { openLog } from './open-log.ts';

/** Where the processes of a daemon write their logs, and how. */
export interface ProcessLogOptions {
  /** A path; standard output unless set. */
  readonly logFile?: string;
  /** Unless set, `pretty` on a terminal, and `json` elsewhere. */
  readonly logFormat?: 'json' | 'pretty';
  readonly logLevel: LogLevel;
  /** How many bytes of lines may wait. */
  readonly logQueue: number;
  /** How many other processes there are that write to it. */
  readonly workers: number;
}

/** The log of a process, and what it is written to. */
export interface ProcessLog {
  readonly log: Log;
  readonly destination: Destination;
}

/**
 * Opens the log of one of several processes that write to one place; `fields` are in each of its lines. What waits when the process exits,
 * also from within the application, is written then. Throws a `CommandError`.
 */
export function openProcessLog(options: ProcessLogOptions, fields: LogFields, clock: Clock): ProcessLog {
  const { logFile, logFormat, logLevel, logQueue, workers } = options;
  const destination = openDestination({
    ...(logFile !== undefined && { file: logFile }),
    queueBytes: logQueue,
    shared: workers > 0,
    clock,
  });
  process.once('exit', () => destination.endNow());
  const { terminal } = destination;
  const format = logFormat ?? (terminal ? 'pretty' : 'json');
  const { NO_COLOR: colorless } = process.env;
  const color = terminal && colorless === undefined;
  return { destination, log: openLog({ destination, format, level: logLevel, fields, color }) };
}
