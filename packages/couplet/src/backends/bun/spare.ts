import type { Cause } from '../../seam/cause.ts';

const fs = process.getBuiltinModule('node:fs');

/** The most descriptors that connections leave to the rest of the program, and the part of all that they leave where there are few. */
const MOST_SPARE = 16;
const SPARE_PART = 16;
/** Why a connection is turned away. */
export const NO_DESCRIPTORS: Cause = { kind: 'other', code: 'EMFILE', detail: 'too many open files' };

/** The row of Linux's table of limits that counts descriptors. */
const ROW = /^Max open files +(\d+)/m;

/** The first number that connections leave; undefined until it is asked for. */
let first: number | undefined;

/**
 * Whether a connection took one of the last descriptors. Without any, Bun would ask the system for the next connection all the time, and
 * say nothing: so such a connection has to be closed. The system gives out the lowest number that is free.
 */
export function isSpare(fd: number): boolean {
  first ??= firstSpare();
  return fd >= first;
}

function firstSpare(): number {
  const limit = Number(ROW.exec(limits())?.[1] ?? Number.POSITIVE_INFINITY);
  return limit - Math.min(MOST_SPARE, Math.floor(limit / SPARE_PART));
}

/** Empty where the system has no such table. */
function limits(): string {
  try {
    return fs.readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
