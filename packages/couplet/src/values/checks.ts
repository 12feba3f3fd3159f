import { oneLine } from './one-line.ts';

/** The most characters of a text that a message shows. */
const SHOWN = 60;

/** Describes what was passed for the message of an error: `the string '8007'`, `the class Echo`. It never fails. */
export function described(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string '${shown(value)}'`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return `the ${typeof value} ${value}`;
    case 'function':
      return `the ${isClass(value) ? 'class' : 'function'} ${nameOf(value) ?? 'without a name'}`;
    case 'object':
      return value === null ? 'null' : describedObject(value);
    default:
      return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  }
}

/** Throws a `TypeError` that names the argument unless it is a function; `instead` is what it has to be. */
export function checkFunction(name: string, value: unknown, instead: string): void {
  if (typeof value !== 'function' || isClass(value))
    throw new TypeError(`${name} is ${described(value)}, not ${instead}`);
}

/** Throws a `TypeError` unless the value is an `AbortSignal`, or undefined. */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !hasMethods(signal, ['addEventListener', 'removeEventListener']))
    throw new TypeError(`signal is ${described(signal)}, not an AbortSignal`);
}

/** Throws a `TypeError` that names the argument unless it is a string; `example` is one. */
export function checkText(name: string, value: unknown, example: string): void {
  if (typeof value !== 'string')
    throw new TypeError(`${name} is ${described(value)}, not a string such as '${example}'`);
}

/** Throws a `TypeError` that names the argument unless it is one of these words. */
export function checkWord(name: string, value: unknown, words: readonly string[]): void {
  if (!words.some((word) => word === value))
    throw new TypeError(`${name} is ${described(value)}, not one of ${words.map((word) => `'${word}'`).join(', ')}`);
}

/** Throws a `TypeError` that names the argument unless it is a boolean. */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name} is ${described(value)}, not true or false`);
}

/**
 * Throws unless the value is a whole number from `least` to `most`: a `TypeError` if it is not a number, a `RangeError` if it is
 * another number. Both name the argument.
 */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    const instead = Number.isInteger(number) ? `: write ${number}` : '';
    throw new TypeError(`${name} is ${described(value)}, not a whole number from ${least} to ${most}${instead}`);
  }
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${name} is ${value}, not a whole number from ${least} to ${most}`);
}

/**
 * Throws a `RangeError` that names the argument unless it is a number of at least `least`. A string of digits is not a number,
 * though it can be compared with one.
 */
export function checkAtLeast(name: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  throw new RangeError(`${name} is ${numberOr(value)}, not a number of at least ${least}`);
}

/**
 * Throws a `RangeError` that names the argument unless it is a number above 0; a finite one unless `kind` is `number`. A string of
 * digits is not a number.
 */
export function checkAboveZero(name: string, value: unknown, kind: 'number' | 'finite number' = 'finite number'): void {
  const most = kind === 'number' ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
  if (typeof value === 'number' && value > 0 && value <= most) return;
  throw new RangeError(`${name} is ${numberOr(value)}, not a ${kind} above 0`);
}

/** True for a class: calling it without `new` throws. */
export function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** True for what has all these methods. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return methods.every((name) => typeof Reflect.get(value, name) === 'function');
  } catch {
    return false;
  }
}

/** The name of a function; undefined when it does not have one, or when its `name` is not a string. */
export function nameOf(value: unknown): string | undefined {
  try {
    const name: unknown = typeof value === 'function' ? value.name : undefined;
    return typeof name === 'string' && name !== '' ? shown(name) : undefined;
  } catch {
    return undefined;
  }
}

/** The name of the class that an object is of. */
export function classOf(value: unknown): string | undefined {
  try {
    return typeof value === 'object' && value !== null ? nameOf(value.constructor) : undefined;
  } catch {
    return undefined;
  }
}

/** A number as it is, NaN included; anything else described. */
function numberOr(value: unknown): number | string {
  return typeof value === 'number' ? value : described(value);
}

function describedObject(value: object): string {
  if (Array.isArray(value)) return 'an array';
  const name = classOf(value);
  return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`;
}

function shown(text: string): string {
  return oneLine(text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text);
}
