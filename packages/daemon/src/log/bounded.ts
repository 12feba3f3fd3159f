import { printable } from './printable.ts';

/** What says which line it is; kept when all else of it is too long. */
const FIRST = new Set(['level', 'time', 'pid', 'hostname', 'event']);
/** The end of a text that was cut. */
const CUT = '...';
/** How much of a name is kept. */
const NAME = 64;

/**
 * Returns a line of JSON, an object, that has at most `most` bytes (at least 1,024) and no character that cannot be printed. If it is
 * longer, its longest texts are cut, and end with `...`; of lists and of objects within it, the first entries are kept.
 */
export function bounded(line: string, most: number): string {
  const whole = printable(line);
  if (fits(whole, most)) return whole;
  let record: object = JSON.parse(line);
  const first = Object.entries(shortened(record, NAME)).filter(([name]) => FIRST.has(name));
  for (let length = most; length > 0; length = Math.floor(length / 2)) {
    record = { ...shortened(record, length, Math.max(length, NAME)), ...Object.fromEntries(first) };
    const text = printable(JSON.stringify(record));
    if (fits(text, most)) return text;
  }
  return printable(JSON.stringify({ ...Object.fromEntries(first), msg: CUT }));
}

/** Cuts every text within an object at `length`; of lists and objects within it keeps that many entries, of itself `entries`. */
function shortened(record: object, length: number, entries = length): object {
  if (Array.isArray(record)) return record.slice(0, entries).map((one) => shorter(one, length));
  const kept = Object.entries(record).slice(0, entries);
  return Object.fromEntries(kept.map(([name, one]) => [cut(name, NAME), shorter(one, length)]));
}

function shorter(value: unknown, length: number): unknown {
  if (typeof value === 'string') return cut(value, length);
  return typeof value === 'object' && value !== null ? shortened(value, length) : value;
}

function cut(text: string, length: number): string {
  if (text.length <= length + CUT.length) return text;
  const kept = text.slice(0, length);
  // Half of a character is not kept.
  return kept.replace(/[\uD800-\uDBFF]$/, '') + CUT;
}

/** A character has at most three bytes for each unit of its text. */
function fits(text: string, most: number): boolean {
  return text.length * 3 <= most || Buffer.byteLength(text) <= most;
}
