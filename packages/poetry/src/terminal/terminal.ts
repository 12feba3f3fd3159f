import process from 'node:process';
import { styleText } from 'node:util';

/** A colour of text, as `node:util` calls it. */
export type Colour = 'red' | 'cyan' | 'magenta' | 'yellow' | 'green' | 'blue' | 'dim';

/** What of the environment decides about a terminal. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The colours of tasks, in turn. Red is for errors. */
const TASKS = ['cyan', 'magenta', 'yellow', 'green', 'blue'] as const;

/** The colour of a task, by its number from 1 on. */
export function colourOf(task: number): Colour {
  return TASKS[(task - 1) % TASKS.length] ?? 'cyan';
}

/**
 * Whether text on the stream is coloured: only on a terminal, where `NO_COLOR` forbids it, and `FORCE_COLOR` decides before `TERM`.
 * An empty variable counts as one that is not set.
 */
export function hasColours(stream: { readonly isTTY?: boolean }, environment: Environment = process.env): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '' } = environment;
  if (stream.isTTY !== true || NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return !isDumb(environment);
}

/** Whether lines on the stream can be drawn again: it is a terminal that can move its cursor. */
export function canRedraw(stream: { readonly isTTY?: boolean }, environment: Environment = process.env): boolean {
  return stream.isTTY === true && !isDumb(environment);
}

/** The text in that colour. */
export function painted(text: string, colour: Colour): string {
  return styleText(colour, text, { validateStream: false });
}

function isDumb({ TERM }: Environment): boolean {
  return TERM === 'dumb';
}
