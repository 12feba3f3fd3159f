import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { pino } from 'pino';
import { bounded } from './bounded.ts';
import type { Destination } from './destination.ts';
import { errorFields } from './error-fields.ts';
import type { Log, LogFields, LogLevel } from './log.ts';
import { pretty } from './pretty.ts';

/** Options of `openLog`. */
export interface LogOptions {
  readonly destination: Pick<Destination, 'write' | 'lineBytes' | 'terminal' | 'onGap'>;
  /** `json`, one object a line; or `pretty`, for people, which may change. */
  readonly format: 'json' | 'pretty';
  /** Lines of lesser levels are not written. */
  readonly level: LogLevel;
  /** Fields of every line, besides `level`, `time` (ISO 8601, UTC), `pid` and `hostname`. */
  readonly fields?: LogFields;
  /** Whether the level is colored in the format `pretty`; false unless set. */
  readonly color?: boolean;
}

/**
 * Opens a log. A line has at most the bytes that its destination wants: longer texts are cut, and end with `...`. What cannot be printed is
 * escaped. After a gap the line `log.dropped` tells how many `lines` were dropped, and `since` when; that is written at every level.
 */
export function openLog({ destination, format, level, fields = {}, color = false }: LogOptions): Log {
  const shaped = format === 'json' ? bounded : (line: string, most: number) => prettyWithin(line, most, color);
  const logger = pino(
    {
      level,
      base: { pid: process.pid, hostname: hostname(), ...fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
    },
    { write: (line: string) => destination.write(`${shaped(line.trimEnd(), destination.lineBytes - 1)}\n`) },
  );
  const gaps = logger.child({}, { level: 'warn' });
  destination.onGap(({ lines, since }) =>
    gaps.warn({ event: 'log.dropped', lines, since: new Date(since).toISOString() }),
  );
  return logOf(logger);
}

/** Opens the log's file anew, and says so in it; or in the old one, if it cannot be opened. */
export function reopenLog(log: Log, destination: Pick<Destination, 'reopen'>): void {
  const reason = destination.reopen();
  if (reason === undefined) log.info({ event: 'log.reopened' });
  else log.warn({ event: 'log.reopened', reason });
}

/** Applications may pass anything: a field whose getter throws costs the line, or a child its fields. */
function logOf(logger: Logger): Log {
  const at =
    (level: LogLevel) =>
    (fields: LogFields | string, text?: string): void => {
      try {
        if (typeof fields === 'string') logger[level](fields);
        else logger[level](fields, text);
      } catch (error) {
        logger[level]({ err: error }, 'this line cannot be written');
      }
    };
  return {
    fatal: at('fatal'),
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    child(fields) {
      try {
        return logOf(logger.child({ ...fields }));
      } catch {
        return logOf(logger);
      }
    },
  };
}

/** Indentation and line ends may take more bytes than JSON. */
function prettyWithin(line: string, most: number, color: boolean): string {
  for (let bytes = most; ; bytes = Math.floor((bytes * 3) / 4)) {
    const text = pretty(bounded(line, bytes), color);
    if (Buffer.byteLength(text) <= most) return text;
  }
}
