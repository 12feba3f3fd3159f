import type { ErrorReport } from '../values/error-report.ts';
import { oneLine } from '../values/one-line.ts';

/** Stands for what throws when it is made a string, as an object without a prototype does: a report must not fail. */
const UNPRINTABLE = 'something that cannot be printed';

/** The same report with names that are one printable line each, whoever prints them: a class or a path may be called anything. */
export function printable({ who, where, error }: ErrorReport): ErrorReport {
  return { who: oneLine(who), where: oneLine(where), error };
}

/** A report as one line: who, where, what, and the stack behind it. */
export function lineOf(report: ErrorReport): string {
  const [head, ...frames] = linesOf(report);
  return frames.length === 0 ? head : `${head} (${frames.map((line) => line.trim()).join(', ')})`;
}

/** A report for a terminal: one line says who, where and what, and then comes the stack as the runtime prints it. */
export function linesOf({ who, where, error }: ErrorReport): [head: string, ...frames: string[]] {
  const [what, ...frames] = partsOf(error);
  return [oneLine(`${who}: ${where}: ${what}`), ...frames.map(oneLine)];
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

function partsOf(error: unknown): [what: string, ...frames: string[]] {
  try {
    if (!(error instanceof Error)) return [String(error)];
    const { message, stack = '' } = error;
    // A stack begins with the message, which may have lines that look like its own.
    const from = Math.max(0, stack.indexOf(message) + message.length);
    const frames = stack
      .slice(from)
      .split('\n')
      .filter((line) => line.startsWith('    at '));
    return [`${error.name}: ${message}`, ...frames];
  } catch {
    return [UNPRINTABLE];
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
