import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { reactor } from 'couplet';
import { openDestination } from '../../src/log/destination.ts';
import { openLog } from '../../src/log/open-log.ts';

/** What a writer does; it gets it as JSON in its first argument. */
export interface Orders {
  readonly file?: string;
  readonly descriptor?: number;
  readonly queueBytes?: number;
  readonly shared?: boolean;
  readonly name?: string;
  /** How many lines, and how many bytes of text each. */
  readonly lines: number;
  readonly bytes: number;
  /** How many lines are written at once; 100 unless set. */
  readonly atOnce?: number;
  /** How it ends: waits for the end, throws an error that is not caught, or ends naturally, without a call. */
  readonly ends: 'end' | 'throws' | 'naturally';
}

/** What a writer reports on descriptor 2 before it ends. */
export interface Report {
  readonly dropped: number;
  readonly queued: number;
  /** By how much the resident memory has grown, in bytes. */
  readonly grown: number;
  /** The longest turn of the event loop in which lines were written. */
  readonly turnMs: number;
}

if (process.argv[2] !== undefined) await play(JSON.parse(process.argv[2]));

async function play(orders: Orders): Promise<void> {
  const { lines, bytes, atOnce = 100, ends, queueBytes = 1_000_000, name = 'writer', ...where } = orders;
  const destination = openDestination({ ...where, queueBytes, clock: reactor });
  const log = openLog({ destination, format: 'json', level: 'info', fields: { name } });
  process.on('uncaughtException', (err) => {
    log.fatal({ event: 'error', err });
    destination.endNow();
    process.exit(70);
  });
  const text = 'x'.repeat(bytes);
  const before = process.memoryUsage.rss();
  let turnMs = 0;
  for (let n = 1; n <= lines; ) {
    const since = performance.now();
    for (const last = Math.min(lines, n + atOnce - 1); n <= last; n += 1) log.info({ n, text });
    await setImmediate();
    turnMs = Math.max(turnMs, performance.now() - since);
  }
  const { droppedLines: dropped, queuedBytes: queued } = destination;
  const report: Report = { dropped, queued, grown: process.memoryUsage.rss() - before, turnMs };
  writeSync(2, `${JSON.stringify(report)}\n`);
  if (ends === 'throws') throw new Error('the last word');
  if (ends === 'end') await destination.end();
}
