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
  fatal(fields: LogFields, text?: string): void;
  fatal(text: string): void;
  error(fields: LogFields, text?: string): void;
  error(text: string): void;
  warn(fields: LogFields, text?: string): void;
  warn(text: string): void;
  info(fields: LogFields, text?: string): void;
  info(text: string): void;
  debug(fields: LogFields, text?: string): void;
  debug(text: string): void;
  trace(fields: LogFields, text?: string): void;
  trace(text: string): void;
  /** Returns a log that adds these fields to each line. */
  child(fields: LogFields): Log;
}
