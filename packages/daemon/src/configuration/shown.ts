import { printable } from '../log/printable.ts';

/** The most characters of a value that an error shows. */
const MOST = 60;

/** A value for one line of an error: quoted, escaped and cut. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${cut(printable(value))}'`;
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  return typeof value === 'object' && value !== null ? 'a table' : cut(String(value));
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}...`;
}
