import type { Log, LogFields } from '../../src/log/log.ts';

/** What was written. */
export interface Line {
  readonly level: string;
  readonly event?: unknown;
  readonly reason?: unknown;
  readonly text?: string;
}

/** A log that keeps what is written to it. */
export class RecordingLog implements Log {
  readonly lines: Line[] = [];
  #waiting: (() => void)[] = [];

  /** The events that were written so far. */
  get events(): unknown[] {
    return this.lines.map(({ event }) => event);
  }

  /** Resolves to the line of an event once it has been written that often. */
  async said(event: string, times = 1): Promise<Line> {
    for (;;) {
      const line = this.lines.filter((one) => one.event === event)[times - 1];
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  fatal(fields: LogFields | string): void {
    this.#write('fatal', fields);
  }

  error(fields: LogFields | string): void {
    this.#write('error', fields);
  }

  warn(fields: LogFields | string): void {
    this.#write('warn', fields);
  }

  info(fields: LogFields | string): void {
    this.#write('info', fields);
  }

  debug(fields: LogFields | string): void {
    this.#write('debug', fields);
  }

  trace(fields: LogFields | string): void {
    this.#write('trace', fields);
  }

  child(): Log {
    return this;
  }

  #write(level: string, fields: LogFields | string): void {
    this.lines.push(typeof fields === 'string' ? { level, text: fields } : { level, ...fields });
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
