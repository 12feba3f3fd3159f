import { InvalidArgumentError } from 'commander';

const WHOLE = /^\d+$/;
const DECIMAL = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads an option's whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const number = WHOLE.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** Reads an option's seconds: 0 or more. */
export function seconds(text: string): number {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number * 1000)) return number;
  throw new InvalidArgumentError('It must be a number of seconds, 0 or more.');
}

/** Reads an option's seconds: more than 0. */
export function someSeconds(text: string): number {
  const number = seconds(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}

/** The option that shows what blocking does. */
export const BLOCK = '--block <ms>';
export const BLOCK_HELP =
  'keep the thread busy in a loop for that many milliseconds before each piece, on purpose: meanwhile nothing else goes on in the process';

/** Reads an option's milliseconds: at most a minute. */
export const milliseconds: (text: string) => number = wholeNumber(0, 60_000);

/** Collects the values of an option that may be given more than once. */
export function repeated(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

/** Reads an option's host name or IP address: any text that is not blank. */
export function interfaceName(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must be a host name or an IP address.');
}
