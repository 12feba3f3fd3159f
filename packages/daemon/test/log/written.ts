import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags } from 'couplet-test/runtime';
import type { Orders, Report } from './writer.ts';

/** The program of a writer. Built, it is JavaScript as this file is. */
export const WRITER = fileURLToPath(import.meta.url.replace(/written(?=\.[jt]s$)/, 'writer'));

/** A process that writes a log. */
export interface Writer {
  readonly pid: number | undefined;
  /** Its report, then when the process ends after it. */
  readonly ended: Promise<{ readonly status: number | null; readonly report: Report; readonly tookMs: number }>;
}

/** Starts a process that writes a log; `stdout` is a descriptor, or `pipe` for a socket that is not read. */
export function startWriter(orders: Orders, stdout: number | 'ignore' | 'pipe' = 'ignore'): Writer {
  const child = spawn(process.execPath, [...flags, WRITER, JSON.stringify(orders)], {
    stdio: ['ignore', stdout, 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  let reported = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    reported ||= performance.now();
    printed += text;
  });
  let exited = 0;
  child.once('exit', () => {
    exited = performance.now();
  });
  const ended = Promise.all([once(child, 'exit'), once(child.stderr ?? child, 'end')]).then(([[status]]) => {
    if (!printed.startsWith('{')) throw new Error(`the writer ended with ${status}: ${printed}`);
    return { status, report: JSON.parse(printed), tookMs: exited - reported };
  });
  return { pid: child.pid, ended };
}

/** Calls `use` with a folder that is removed afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coupletd-log-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What tests look at in a line of a log. */
export interface Line {
  readonly level: string;
  readonly time: string;
  readonly name?: string;
  readonly n?: number;
  readonly event?: string;
  readonly lines?: number;
  readonly since?: string;
  readonly reason?: string;
  readonly err?: { readonly name: string; readonly message: string; readonly stack: string };
}

/** The numbers of the lines of a writer in a text; throws if a line is not JSON. */
export function numbersOf(text: string, name = 'writer'): number[] {
  return linesOf(text).flatMap((line) => (line.name === name && line.n !== undefined ? [line.n] : []));
}

/** The lines of JSON in a text; throws if one is not JSON or the last is cut. */
export function linesOf(text: string): Line[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no end');
  return lines.map((line) => JSON.parse(line));
}
