import type { Member } from './declared.ts';

/**
 * What an option is when nobody sets it, as its doc comment says in words such as `5,000 unless set`; `undefined` if it does not say, and
 * `required` for an option that has to be set.
 */
export function defaultOf({ type, comment }: Member): string | undefined {
  if (!type.startsWith('?')) return 'required';
  const [, said] = /(?:^|[;:.,] )([^;:.]*(?:\.\d[^;:.]*)*?),? unless (?:set|given)/.exec(plain(comment)) ?? [];
  if (said === undefined) return /By default (\S+?)[.,]? /.exec(comment)?.[1];
  const value = said.replace(/,$/, '').trim();
  if (/^(?:no\b|none|nothing|there (?:is|are) none|unset)/i.test(value)) return 'none';
  return value.replace(/^(?:True|False)/, (word) => word.toLowerCase());
}

/** In what an option is measured, by its name; nothing for one that is no number, or a mere number. */
export function unitOf({ name, type }: Member): string {
  if (!/: number\b/.test(type)) return '';
  if (/PerMs$/.test(name)) return 'bytes/ms';
  if (/Ms$/.test(name)) return 'ms';
  if (/BytesPerSecond$/.test(name)) return 'bytes/s';
  if (/PerSecond$/.test(name)) return '1/s';
  return /Bytes$|^maxLength$|^byteCount$/.test(name) ? 'bytes' : '';
}

/** Text without the marks of code. */
export function plain(text: string): string {
  return text.replaceAll('`', '');
}

const LITERAL = String.raw`0[ox][\da-f_]+|-?[\d_.]+(?:e\d+)?(?: \*\*? [\d_]+)*|'[^'\n]*'|true|false|[A-Z][A-Z_]+\b|Number\.POSITIVE_INFINITY`;

/** The values that code gives a name when nothing is given: `name = 5000`, `name ?? 5000`. Constants stand for their values. */
export function fallbacksIn(text: string, name: string, constants: ReadonlyMap<string, string>): string[] {
  const pattern = new RegExp(String.raw`\b${name}(?:: \w+)? (?:=|\?\?) (${LITERAL})`, 'g');
  return [...text.matchAll(pattern)].map(([, value = '']) => literal(constants.get(value) ?? value));
}

/** The constants of a text that have a literal as their value. */
export function constantsIn(text: string): [string, string][] {
  const pattern = new RegExp(String.raw`\bconst ([A-Z][A-Z_]+)(?:: [^=\n]+)? = (${LITERAL});`, 'g');
  return [...text.matchAll(pattern)].map(([, name = '', value = '']) => [name, value]);
}

/** A literal as a reader writes it: `5_000` and `64 * 1024` as `5,000` and `65,536`, a text without its quotes. */
function literal(code: string): string {
  if (code.startsWith("'")) return code.slice(1, -1);
  if (/^0x/.test(code)) return Number(code.replaceAll('_', '')).toLocaleString('en-US');
  if (/^0o/.test(code)) return code;
  if (code === 'Number.POSITIVE_INFINITY') return 'none';
  if (!/^-?\d/.test(code)) return code;
  const product = code
    .split(' * ')
    .map((factor) => {
      const [base = '', power = '1'] = factor.replaceAll('_', '').split(' ** ');
      return Number(base) ** Number(power);
    })
    .reduce((one, other) => one * other, 1);
  return product.toLocaleString('en-US');
}
