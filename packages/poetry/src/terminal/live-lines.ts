import { type Colour, colourOf, painted } from './terminal.ts';

/** How a task stands. */
export type Standing = 'waiting' | 'receiving' | 'done' | 'failed';

/** What the block shows of a task. */
export interface Progress {
  readonly task: number;
  readonly address: string;
  readonly standing: Standing;
  readonly bytes: number;
  /** The length that it will have; undefined if that is not known. */
  readonly expected: number | undefined;
  /** In bytes per second; undefined if nothing arrives. */
  readonly rate: number | undefined;
  /** How often bytes were seen to have arrived: what moves where the length is not known. */
  readonly moves: number;
}

/** A part of a line, and its colour. */
type Part = readonly [text: string, colour: Colour | undefined];

/** The room that there is. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

const BAR = { least: 8, most: 24 };
/** How wide the part of a bar is that moves. */
const MOVING = 2;
/** The columns without the bar and the address. */
const REST = 48;
const NARROW = '█░…';
const UNITS = ['B', 'kB', 'MB', 'GB'];

/** The lines of the block: one for each task, as long as there is room for them, none as wide as the terminal. */
export function linesOf(all: readonly Progress[], { columns, rows, colours }: Room): readonly string[] {
  const places = Math.max(1, rows - 1);
  const shown = all.length <= places ? all : chosen(all, places - 1);
  const digits = String(all.length).length;
  const width = Math.max(BAR.least, Math.min(BAR.most, columns - REST - 24));
  const lines = shown.map((one) => lineOf(one, digits, width, columns - 1, colours));
  const left = all.length - shown.length;
  return left === 0 ? lines : [...lines, cut(`... and ${left} more`, columns - 1)];
}

/** Those on which something is happening, before the others, in their order. */
function chosen(all: readonly Progress[], places: number): readonly Progress[] {
  const busy = all.filter(({ standing }) => standing === 'receiving');
  const others = all.filter(({ standing }) => standing !== 'receiving');
  const first = new Set([...busy, ...others].slice(0, places));
  return all.filter((one) => first.has(one));
}

/**
 * In a narrow room the bar goes first, then the rate: how a task stands and what has come stay longest. An amount or an address that is
 * cut would look like another one.
 */
function lineOf(one: Progress, digits: number, width: number, columns: number, colours: boolean): string {
  const { task, standing, bytes, expected, rate, address } = one;
  const colour = standing === 'failed' ? 'red' : colourOf(task);
  const share = expected === undefined ? '' : ` ${shareOf(one).padStart(5)}`;
  const name: Part = [`Task ${String(task).padStart(digits)} `, colourOf(task)];
  const bar: Part = [`${barOf(one, width)} `, colour];
  const amounts: Part = [`${amount(bytes).padStart(8)}${share}  `, undefined];
  const speed: Part = [`${rate === undefined ? '' : `${amount(rate)}/s`}`.padStart(9).padEnd(11), undefined];
  const state: Part = [standing.padEnd(9), standing === 'failed' ? 'red' : undefined];
  const forms: readonly (readonly Part[])[] = [
    [name, bar, amounts, speed, state],
    [name, amounts, speed, state],
    [name, amounts, state],
    [name, state],
  ];
  const form = forms.find((parts) => lengthOf(parts) <= columns) ?? [name];
  const room = columns - lengthOf(form) - 2;
  const place: Part = [`  ${shortened(address, room)}`, 'dim'];
  const shown = form.includes(bar) && room > 0 ? [...form, place] : form;
  let left = columns;
  let line = '';
  for (const [text, tint] of shown) {
    const fitting = cut(text, left);
    left -= widthOf(fitting);
    line += colours && tint !== undefined ? painted(fitting, tint) : fitting;
  }
  return line;
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, [text]) => sum + text.length, 0);
}

/** The text, or its beginning and an ellipsis, in that many columns. */
function shortened(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${cut(text, columns - 1)}…`;
}

/** Full as far as the poem has come. Where its length is not known, a part of it moves as bytes arrive. */
function barOf({ standing, bytes, expected, moves }: Progress, width: number): string {
  if (standing === 'done') return '█'.repeat(width);
  if (expected !== undefined) {
    const full = expected === 0 ? 0 : Math.min(width, Math.floor((width * bytes) / expected));
    return '█'.repeat(full) + '░'.repeat(width - full);
  }
  if (bytes === 0 || standing === 'failed') return '░'.repeat(width);
  const at = moves % (width - MOVING + 1);
  return '░'.repeat(at) + '█'.repeat(MOVING) + '░'.repeat(width - MOVING - at);
}

function shareOf({ bytes, expected = 0 }: Progress): string {
  return expected === 0 ? '' : `${Math.floor((100 * bytes) / expected)} %`;
}

/** A number of bytes in at most four digits and a unit: `310 B`, `5.1 kB`. */
function amount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** As much of the text as has room in that many columns. Characters that may be wide count as two. */
function cut(text: string, columns: number): string {
  let room = columns;
  let fitting = '';
  for (const character of text) {
    room -= widthOf(character);
    if (room < 0) break;
    fitting += character;
  }
  return fitting;
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character < '\u1100' || NARROW.includes(character) ? 1 : 2;
  return width;
}
