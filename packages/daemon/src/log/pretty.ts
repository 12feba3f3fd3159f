import { printable } from './printable.ts';

/** A text that needs no quotation marks. */
const BARE = /^[^\s"=\\]+$/u;
type Fields = Readonly<Record<string, unknown>>;

const COLORS: Readonly<Record<string, number>> = { fatal: 35, error: 31, warn: 33, info: 32, debug: 36, trace: 90 };

/**
 * Returns a line of a log, as JSON, in a form for people: the time, the level, the event, the text, then pairs of `name=value`. The stack
 * of an error follows in lines that are indented. What cannot be printed is escaped. The level is colored if `color` is true.
 */
export function pretty(line: string, color: boolean): string {
  const { level, time, pid: _pid, hostname: _hostname, event, msg, err, stack, ...rest }: Fields = JSON.parse(line);
  const error = typeof err === 'object' && err !== null ? { ...err } : {};
  const { name, message, stack: trace = stack }: Fields = error;
  const texts = [event, msg].flatMap((text) => (text === undefined ? [] : [printable(textOf(text))]));
  const pairs = Object.entries({
    ...rest,
    ...(err === undefined ? {} : { error: name ? `${name}: ${message}` : err }),
  });
  const first = [`${time}`, levelOf(`${level}`, color), ...texts, ...pairs.map(([key, value]) => pair(key, value))];
  const frames = typeof trace === 'string' ? trace.split('\n').map((frame) => `    ${printable(frame.trim())}`) : [];
  return [first.join(' '), ...frames].join('\n');
}

function levelOf(level: string, color: boolean): string {
  const name = level.toUpperCase().padEnd(5);
  const number = COLORS[level];
  return color && number !== undefined ? `\u001b[${number}m${name}\u001b[0m` : name;
}

function pair(name: string, value: unknown): string {
  const text = textOf(value);
  return printable(`${name}=${BARE.test(text) ? text : JSON.stringify(text)}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
