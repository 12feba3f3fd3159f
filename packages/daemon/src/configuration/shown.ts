/** The most characters of a value that an error shows. */
const MOST = 60;

/** A value for one line of an error: quoted, escaped and cut. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${cut(plain(value))}'`;
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  return typeof value === 'object' && value !== null ? 'a table' : cut(String(value));
}

/** Text for one line of a terminal: control characters and lone surrogates are escaped. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]|\p{Cs}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}...`;
}
