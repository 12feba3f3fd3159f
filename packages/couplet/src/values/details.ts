import { oneLine } from './one-line.ts';
import { isThenable, promiseOf } from './thenable.ts';

/** What an object of the application shows of itself: names with texts and numbers, for an inspector or a log. */
export type Details = Readonly<Record<string, string | number>>;

/** The most entries of details, and the most characters of a text among them. */
const ENTRIES = 20;
const CHARACTERS = 200;

/** Something that may have details. */
export interface Described {
  describe?(): Details;
}

/**
 * Returns the details of an object as they can be shown: at most 20 entries, each text one line of at most 200 characters; undefined if it
 * has none. An error that `describe` throws is shown in their place. `first` is shown before them.
 */
export function factsOf(one: Described, first: Details = {}): Details | undefined {
  try {
    const details: unknown = one.describe?.();
    if (isThenable(details)) {
      // Its rejection must not end a process that only looks.
      promiseOf(details).catch(() => {});
      throw new TypeError('describe returned a promise');
    }
    if (typeof details !== 'object' || details === null) return undefined;
    const entries: [string, unknown][] = Object.entries({ ...first, ...details }).slice(0, ENTRIES);
    if (entries.length === 0) return undefined;
    return Object.fromEntries(
      // JSON has no NaN, and no infinity.
      entries.map(([name, value]) => [cut(name), Number.isFinite(value) ? Number(value) : cut(String(value))]),
    );
  } catch (error) {
    return { ...first, error: cut(messageOf(error)) };
  }
}

function cut(text: string): string {
  return oneLine(text.slice(0, CHARACTERS)).slice(0, CHARACTERS);
}

function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'describe threw something that cannot be printed';
  }
}
