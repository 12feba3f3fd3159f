import type { ErrorReport } from '../protocol/observer.ts';
import { oneLine } from '../protocol/one-line.ts';

/** Stands for what throws when it is made a string, as an object without a prototype does: a report must not fail. */
const UNPRINTABLE = 'something that cannot be printed';

/** The same report with names that are one printable line each, whoever prints them: a class or a path may be called anything. */
export function printable({ who, where, error }: ErrorReport): ErrorReport {
  return { who: oneLine(who), where: oneLine(where), error };
}

/** A report as one line: who, where, what, and the stack behind it. */
export function lineOf({ who, where, error }: ErrorReport): string {
  return oneLine(`${who}: ${where}: ${textOf(error)}`);
}

/** What a report calls a function. */
export function titleOf({ name }: { readonly name: string }): string {
  return name === '' ? 'an anonymous function' : name;
}

function textOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const head = `${error.name}: ${error.message}`;
    const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    return frames.length === 0 ? head : `${head} (${frames.map((line) => line.trim()).join(', ')})`;
  } catch {
    return UNPRINTABLE;
  }
}

/** What was thrown, as an error that can be a reason. */
export function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(`threw ${String(thrown)}`, { cause: thrown });
  } catch {
    return new Error(`threw ${UNPRINTABLE}`, { cause: thrown });
  }
}
