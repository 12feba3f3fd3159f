import type { Scale } from './scale.ts';
import { hundredths, type Shape, shape } from './shape.ts';
import { cut, textWidth } from './text.ts';
import type { Words } from './words.ts';

/** What all parts of a drawing need. */
export interface Sheet {
  readonly scale: Scale;
  readonly words: Words;
  /** Where the labels begin, and how much room they and the results have. */
  readonly margin: number;
  readonly labelWidth: number;
  readonly resultWidth: number;
  readonly rowHeight: number;
  /** In front of the ids of patterns. */
  readonly prefix: string;
  /** How many columns of marks a pixel has. */
  readonly perPixel: number;
  /** Whether each mark has a title, or only all of a row together. */
  readonly each: boolean;
  /** Whether words stand there for which there is no room yet: a script shows them. */
  readonly zoomable: boolean;
}

/** Text beside the plot, cut to its room; whole in its title. */
export function label(x: number, y: number, kind: string, text: string, width: number): Shape {
  const shown = cut(text, sizeOf(kind), width);
  const title = shown === text ? [] : [shape('title', {}, text)];
  return shape('text', { class: kind, x, y }, ...title, shown);
}

/** The size of a kind of text, as wide as its letters are where they are bold. */
function sizeOf(kind: string): number {
  const size = kind.includes('title') ? 15 : /small|fact/.test(kind) ? 11 : 12;
  return /title|name|failure/.test(kind) ? size * 1.1 : size;
}

/** Text in the middle of a time: the first of these texts for which there is room. */
export function wordIn(
  sheet: Sheet,
  from: number,
  to: number,
  y: number,
  texts: readonly string[],
  kind = 'word',
): Shape[] {
  const left = sheet.scale.inside(from);
  const right = sheet.scale.inside(to);
  if (right <= left) return [];
  const place = { class: kind, x: (left + right) / 2, y };
  const text = texts.find((one) => textWidth(one, 11) + 2 <= right - left);
  // A script tries them again with the room that there is then.
  const range = { 'data-from': left, 'data-to': right, 'data-words': JSON.stringify(texts) };
  if (sheet.zoomable) return [shape('text', { ...place, ...range }, text ?? '')];
  return text === undefined ? [] : [shape('text', place, text)];
}

/** A bar from one time to another; nothing if it is outside. */
export function bar(
  sheet: Sheet,
  kind: string,
  from: number,
  to: number,
  y: number,
  height: number,
  title: string,
): Shape[] {
  if (to < sheet.scale.from || from > sheet.scale.to) return [];
  const x = sheet.scale.inside(from);
  const width = Math.max(sheet.zoomable ? 0 : 0.5, sheet.scale.inside(to) - x);
  return [shape('rect', { class: kind, x, y, width, height }, shape('title', {}, title))];
}

/** What moves when a script zooms: it stays within the plot. */
export function timed(sheet: Sheet, colour: string, ...shapes: readonly Shape[]): Shape {
  const inner = shape('g', { class: `timed ${colour}`.trimEnd() }, ...shapes);
  return shape('g', { 'clip-path': `url(#${sheet.prefix}-plot)` }, inner);
}

/** A mark of a row: from where it goes up or down, and how far. */
export interface Stroke {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Its title, which is only asked for if it has one of its own. */
  readonly title: () => string;
}

/** Strokes, each with its title; or, if there are too many, in one path with the title of all. */
export function strokes(sheet: Sheet, kind: string, all: readonly Stroke[], title: string): Shape[] {
  if (all.length === 0) return [];
  if (sheet.each)
    return all.map((stroke) => shape('path', { class: kind, d: pathOf(stroke) }, shape('title', {}, stroke.title())));
  return [shape('path', { class: kind, d: all.map(pathOf).join('') }, shape('title', {}, title))];
}

function pathOf({ x, y, height }: Stroke): string {
  return `M${hundredths(x)} ${hundredths(y)}v${hundredths(height)}`;
}

/** A number in a disc, or in a pill if it is long. */
export function badge(x: number, y: number, number: number, colour: string, height = 16): Shape {
  const text = String(number);
  const width = badgeWidth(number);
  const round = { x: x - width / 2, y: y - height / 2, width, height, rx: height / 2 };
  const disc = shape('rect', { class: 'fill', ...round });
  return shape('g', { class: colour }, disc, shape('text', { class: 'number', x, y: y + 4 }, text));
}

/** How wide the disc of a number is. */
export function badgeWidth(number: number): number {
  return Math.max(16, 7 * String(number).length + 8);
}

/** The fill of a hatching. */
export function hatching(sheet: Sheet, name: string): string {
  return `url(#${sheet.prefix}-${name})`;
}
