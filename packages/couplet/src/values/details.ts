import { oneLine } from './one-line.ts';

/** What an object of the application wants to show of itself: names and their values. */
export type Details = Readonly<Record<string, string | number>>;

/** So many entries are shown of one object, and so many characters of each value. */
const MOST_ENTRIES = 20;
const MOST_CHARACTERS = 200;

/** Something that may have details. */
export interface Described {
  describe?(): Details;
}

/**
 * Returns the details of an object in printable lines, at most 20 of 200 characters; undefined if it has none. An error that
 * `describe` throws is shown in their place.
 */
export function detailsOf(one: Described): Details | undefined {
  let details: unknown;
  try {
    details = one.describe?.();
    if (typeof details !== 'object' || details === null) return undefined;
    const entries = Object.entries(details).slice(0, MOST_ENTRIES);
    if (entries.length === 0) return undefined;
    return Object.fromEntries(
      entries.map(([name, value]) => [short(name), typeof value === 'number' ? value : short(String(value))]),
    );
  } catch (error) {
    return { error: short(messageOf(error)) };
  }
}

function short(text: string): string {
  return oneLine(text.slice(0, MOST_CHARACTERS)).slice(0, MOST_CHARACTERS);
}

function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'describe threw something that cannot be printed';
  }
}
