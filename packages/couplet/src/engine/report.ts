import type { ErrorReport } from '../values/error-report.ts';
import { oneLine } from '../values/one-line.ts';

/**
 * Stands for a value that throws when it is converted to a string, such as an object without a prototype: a report must not fail.
 */
const UNPRINTABLE = 'something that cannot be printed';

/** Returns the report with each name as one printable line, since the name of a class or a path may contain any character. */
export function printable({ who, where, error }: ErrorReport): ErrorReport {
  return { who: oneLine(who), where: oneLine(where), error };
}

/** Returns a report as one line: who, where, what, and the stack behind it. */
export function lineOf(report: ErrorReport): string {
  const [head, ...frames] = linesOf(report);
  return frames.length === 0 ? head : `${head} (${frames.map((line) => line.trim()).join(', ')})`;
}

/** Returns a report for a terminal: one line with who, where and what, then the stack as the runtime prints it. */
export function linesOf({ who, where, error }: ErrorReport): [head: string, ...frames: string[]] {
  const [what, ...frames] = partsOf(error);
  return [oneLine(`${who}: ${where}: ${what}`), ...frames.map(oneLine)];
}

/** The name of a function in a report. */
export function titleOf(call: (...args: never[]) => unknown): string {
  return textNamed(() => call.name) ?? 'an anonymous function';
}

/** The name of a protocol or policy in a report: its class, or the nearest with a name that an anonymous class extends. */
export function classOf(one: object): string {
  try {
    // Without a closure, since recordings ask for each callback. Reading it may run code that throws.
    const found = nameFrom(one.constructor);
    if (typeof found === 'string' && found !== '') return found;
  } catch {}
  return 'an object without a class';
}

function nameFrom(maker: unknown): unknown {
  if (typeof maker !== 'function') return undefined;
  return maker.name === '' ? nameFrom(Object.getPrototypeOf(maker)) : maker.name;
}

/** The name of a factory in a report: its own prefix, or else its class. */
export function prefixOf(factory: { logPrefix(): string }): string {
  return textNamed(() => factory.logPrefix()) ?? classOf(factory);
}

/** A name from the application, if it is a string. Reading it may run code that throws. */
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
    // A stack begins with the message, which may have lines that look like frames.
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

/** Returns what was thrown as an error, which can be a reason. */
export function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(`threw ${String(thrown)}`, { cause: thrown });
  } catch {
    return new Error(`threw ${UNPRINTABLE}`, { cause: thrown });
  }
}
