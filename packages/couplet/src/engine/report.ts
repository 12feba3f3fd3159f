import type { ErrorReport } from '../protocol/error-report.ts';
import { oneLine } from '../protocol/one-line.ts';

/** Stands for what throws when it is made a string, as an object without a prototype does: a report must not fail. */
const UNPRINTABLE = 'something that cannot be printed';

/** A report as one line: who, where, what, and the stack behind it. */
export function lineOf({ who, where, error }: ErrorReport): string {
  return oneLine(`${who}: ${where}: ${textOf(error)}`);
}

/** What a report calls a function. */
export function titleOf(call: (...args: never[]) => unknown): string {
  return textNamed(() => call.name) ?? 'an anonymous function';
}

/** What a report calls a protocol or a policy: its class. */
export function classOf(one: object): string {
  return textNamed(() => one.constructor.name) ?? 'an object without a class';
}

/** What a report calls a factory: as it calls itself, or else its class. */
export function prefixOf(factory: { logPrefix(): string }): string {
  return textNamed(() => factory.logPrefix()) ?? classOf(factory);
}

/** A name that an application gave, if it is a text: to ask for it may run code that throws. */
function textNamed(name: () => unknown): string | undefined {
  try {
    const found = name();
    return typeof found === 'string' && found !== '' ? found : undefined;
  } catch {
    return undefined;
  }
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
