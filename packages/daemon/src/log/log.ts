/** The levels of a log, from the most important one on; they are those of pino. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** What a line of a log has besides its time, level and text. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * A log of structured lines, as pino writes them. A line has fields, a text, or both; an `Error` in the field `err` is written with its
 * name, message and stack. To write a line never waits, never throws and never blocks: what the destination cannot take is dropped and
 * counted.
 */
export interface Log {
  /** The process cannot go on. */
  fatal(fields: LogFields, text?: string): void;
  fatal(text: string): void;
  /** Something has failed. */
  error(fields: LogFields, text?: string): void;
  error(text: string): void;
  /** Something is not as it should be, and goes on. */
  warn(fields: LogFields, text?: string): void;
  warn(text: string): void;
  /** What operators want to know in the usual course. */
  info(fields: LogFields, text?: string): void;
  info(text: string): void;
  /** What helps to find a fault. */
  debug(fields: LogFields, text?: string): void;
  debug(text: string): void;
  /** Each step. */
  trace(fields: LogFields, text?: string): void;
  trace(text: string): void;
  /** Returns a log that adds these fields to each line. */
  child(fields: LogFields): Log;
}
