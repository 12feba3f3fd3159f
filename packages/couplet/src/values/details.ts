import { oneLine } from './one-line.ts';

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
 * Returns the details of an object as they can be shown; undefined if it has none. An error that `describe` throws is shown in their
 * place.
 */
export function factsOf(one: Described): Details | undefined {
  try {
    const details: unknown = one.describe?.();
    if (typeof details !== 'object' || details === null) return undefined;
    const facts = bounded(details);
    return Object.keys(facts).length === 0 ? undefined : facts;
  } catch (error) {
    return { error: cut(messageOf(error)) };
  }
}

/**
 * Returns details that can be shown as they are: at most 20 entries, each text one line of at most 200 characters. Throws a `TypeError`
 * if `details` is not an object.
 */
export function bounded(details: unknown): Details {
  if (typeof details !== 'object' || details === null) throw new TypeError('its details are not an object');
  const entries = Object.entries(details).slice(0, ENTRIES);
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      cut(name),
      typeof value === 'number' ? value : cut(String(value)),
    ]),
  );
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
