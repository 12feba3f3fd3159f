import { availableParallelism } from 'node:os';
import { placeOf, quoteStringArgument } from 'couplet/endpoints';
import * as v from 'valibot';
import { webPlaceOf } from '../metrics/web.ts';
import { shown } from './shown.ts';

/**
 * One kind of value: how it is written, checked and printed. T is what the program gets. A value in a file is checked by `schema`; text
 * of a command line or of the environment is first turned into what a file would have.
 */
export interface Kind<T> {
  /** Stands for the value in help, such as `S` for seconds. */
  readonly metavar: string;
  /** Checks and converts a value of a file. The message of an issue continues the path: `is 'x', not a whole number`. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** What text stands for. What it cannot read it returns as it is, for the schema to refuse. */
  fromText(text: string): unknown;
  /** How a user writes the value. */
  print(value: T): string;
}

/** The longest time, in seconds: the timers of Node end at 2^31 ms. */
const MOST_SECONDS = 2_000_000;
const SIZE = /^(\d+)([KMG]?)$/;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const OFF = 'off';
const YES = new Set(['on', 'true', 'yes', '1']);
const NO = new Set(['off', 'false', 'no', '0']);

/** A kind whose values `read` converts: it returns undefined for what is not such a value. `secret` values are not shown in errors. */
function kind<T>(
  metavar: string,
  expected: string,
  read: (value: unknown) => T | undefined,
  { fromText = (text) => text, print = String, secret = false }: Partial<Kind<T>> & { readonly secret?: boolean } = {},
): Kind<T> {
  const schema = v.pipe(
    v.unknown(),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const value = read(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: `is ${secret ? 'a value' : shown(dataset.value)}, not ${expected}` });
      return NEVER;
    }),
  );
  return { metavar, schema, fromText, print };
}

const number = (text: string): unknown => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

function inRange(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** A whole number. */
export function whole(least: number, most: number): Kind<number> {
  const expected = `a whole number from ${least} to ${most}`;
  return kind('N', expected, (value) => (inRange(value, least, most) ? value : undefined), { fromText: number });
}

/** How many workers: a whole number, or `auto` for what the machine runs at a time. */
export function workers(least: number): Kind<number> {
  const read = (value: unknown): number | undefined => {
    if (value === 'auto') return availableParallelism();
    return inRange(value, least, 1024) ? value : undefined;
  };
  return kind('N', `a whole number from ${least} to 1024, or 'auto'`, read, { fromText: number });
}

/** A time: seconds with decimals for users, whole milliseconds for the program. `least` is in seconds. */
export function seconds(least: 0 | 0.001): Kind<number> {
  const read = (value: unknown): number | undefined =>
    typeof value === 'number' && value >= least && value <= MOST_SECONDS ? Math.round(value * 1000) : undefined;
  const print = (ms: number): string => String(ms / 1000);
  return kind('S', `seconds from ${least} to ${MOST_SECONDS}`, read, { fromText: number, print });
}

/** A size: bytes, or text such as `8M`. */
export function bytes(least: number): Kind<number> {
  const read = (value: unknown): number | undefined => {
    const [, digits, unit = ''] = typeof value === 'string' ? (SIZE.exec(value) ?? []) : [];
    const size = digits === undefined ? value : Number(digits) * (UNITS[unit] ?? Number.NaN);
    return inRange(size, least, Number.MAX_SAFE_INTEGER) ? size : undefined;
  };
  const print = (size: number): string => {
    const [unit = '', factor = 1] =
      Object.entries(UNITS).findLast(([, factor]) => size >= factor && size % factor === 0) ?? [];
    return `${size / factor}${unit}`;
  };
  return kind('B', `a number of bytes of at least ${least} such as 65536, '64K', '8M' or '1G'`, read, {
    fromText: number,
    print,
  });
}

/** One of some words. */
export function words<const W extends string>(...all: readonly W[]): Kind<W> {
  const listed = all.map((word) => `'${word}'`).join(', ');
  return kind(all.join('|'), `one of ${listed}`, (value) => all.find((word) => word === value));
}

/** On or off: true or false in a file. */
export function onOff(): Kind<boolean> {
  const fromText = (text: string): unknown => (YES.has(text) ? true : NO.has(text) ? false : text);
  const read = (value: unknown): boolean | undefined => {
    const read = typeof value === 'string' ? fromText(value) : value;
    return typeof read === 'boolean' ? read : undefined;
  };
  return kind('on|off', 'on or off', read, { fromText, print: (value) => (value ? 'on' : 'off') });
}

/** Text of one line, not empty. `expected` says what. */
export function text(metavar: string, expected: string, pattern = /^\P{Cc}+$/u): Kind<string> {
  const read = (value: unknown): string | undefined =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;
  return kind(metavar, expected, read);
}

/** The name or the number of a user or a group. */
export function account(metavar: string, what: string): Kind<string> {
  const read = (value: unknown): string | undefined => {
    if (inRange(value, 0, 2 ** 32 - 2)) return String(value);
    return typeof value === 'string' && /^[^\p{Cc}\s:,]+$/u.test(value) ? value : undefined;
  };
  return kind(metavar, `the name or number of a ${what}`, read);
}

/** Permissions that new files do not get: octal digits, in quotes in a file. */
export function umask(): Kind<number> {
  const read = (value: unknown): number | undefined =>
    typeof value === 'string' && /^[0-7]{1,4}$/.test(value) && Number.parseInt(value, 8) <= 0o777
      ? Number.parseInt(value, 8)
      : undefined;
  const print = (mask: number): string => mask.toString(8).padStart(3, '0');
  return kind('OCTAL', "octal digits from 0 to 777, in quotes in a file, such as '077'", read, { print });
}

/** The URL of a Redis. It may have a password, so no error shows it. */
export function redis(): Kind<string> {
  const read = (value: unknown): string | undefined =>
    typeof value === 'string' && (/^unix:./.test(value) || (/^rediss?:\/\/./.test(value) && URL.canParse(value)))
      ? value
      : undefined;
  return kind('URL', "a URL that begins with 'redis://', 'rediss://' or 'unix:'", read, { secret: true });
}

/** A server description, such as `tcp:8007`. */
export function server(): Kind<string> {
  const read = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const { schema, ...rest } = kind('ENDPOINT', "an endpoint such as 'tcp:8007'", read);
  return { ...rest, schema: v.pipe(schema, v.rawCheck(described)) };
}

/** A server description for the pages of metrics, on TCP alone; a port alone is one of loopback. */
export function localServer(): Kind<string> {
  const read = (value: unknown): string | undefined => {
    const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
    if (inRange(port, 0, 65_535)) return `tcp:${port}:interface=127.0.0.1`;
    return typeof value === 'string' ? value : undefined;
  };
  const { schema, ...rest } = kind('ENDPOINT', "a port such as 9464, or an endpoint such as 'tcp:9464'", read);
  const check = v.rawCheck<string>(({ dataset, addIssue }) => {
    if (dataset.typed && flawOf(dataset.value) === undefined && webPlaceOf(dataset.value) === undefined)
      addIssue({ message: `is ${shown(dataset.value)}, not on TCP alone: 9464 or tcp:9464:interface=10.0.0.7` });
  });
  return { ...rest, schema: v.pipe(schema, v.rawCheck(described), check) };
}

/** A server description for the inspector, or on or off: on is any free port of loopback. */
export function inspector(): Kind<string> {
  const fromText = (text: string): unknown => (text === '' || YES.has(text) ? true : NO.has(text) ? false : text);
  const read = (value: unknown): string | undefined => {
    const read = typeof value === 'string' ? fromText(value) : value;
    if (typeof read === 'boolean') return read ? 'tcp:0:interface=127.0.0.1' : OFF;
    return typeof read === 'string' ? read : undefined;
  };
  const { schema, ...rest } = kind('ENDPOINT', "on, off, or an endpoint such as 'tcp:9229:interface=127.0.0.1'", read, {
    fromText,
  });
  const check = v.rawCheck<string>((context) => {
    if (context.dataset.typed && context.dataset.value !== OFF) described(context);
  });
  return { ...rest, schema: v.pipe(schema, check) };
}

/** A network of addresses, such as `10.0.0.0/8`, an address, or `unix`. */
export function network(): Kind<string> {
  const read = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const { schema, ...rest } = kind('NET', "a network such as '10.0.0.0/8'", read);
  const check = v.rawCheck<string>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    if (flawOf(`haproxy:trusted=${quoteStringArgument(dataset.value)}:tcp:0`) !== undefined)
      addIssue({ message: `is ${shown(dataset.value)}, not a network such as '10.0.0.0/8', an address or 'unix'` });
  });
  return { ...rest, schema: v.pipe(schema, check) };
}

/** A list, at least one of a kind; one value alone stands for a list of it. Text is separated by `separator`. */
export function list<T>(item: Kind<T>, separator: ',' | ' ', metavar = `${item.metavar},...`): Kind<readonly T[]> {
  const message = `is empty, not a list of at least one ${item.metavar}`;
  const several = v.pipe(v.array(item.schema), v.minLength(1, message));
  const schema = v.lazy((value): v.GenericSchema<unknown, readonly T[]> => {
    if (Array.isArray(value)) return several;
    return v.pipe(
      item.schema,
      v.transform((value) => [value]),
    );
  });
  const fromText = (text: string): unknown =>
    text
      .split(separator)
      .filter((part) => part !== '')
      .map(item.fromText);
  return { metavar, schema, fromText, print: (values) => values.map(item.print).join(separator) };
}

const described: Parameters<typeof v.rawCheck<string>>[0] = ({ dataset, addIssue }) => {
  const flaw = dataset.typed ? flawOf(dataset.value) : undefined;
  if (flaw !== undefined) addIssue({ message: `is not an endpoint: ${flaw}` });
};

/** What is wrong with a server description; undefined if it is right. */
function flawOf(description: string): string | undefined {
  try {
    placeOf(description);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
