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
  const shown = cut(text, kind.includes('small') ? 11 : 12, width);
  const title = shown === text ? [] : [shape('title', {}, text)];
  return shape('text', { class: kind, x, y }, ...title, shown);
}

/** Text in the middle of a time, if there is room for it. */
export function wordIn(sheet: Sheet, from: number, to: number, y: number, text: string): Shape[] {
  const left = sheet.scale.inside(from);
  const right = sheet.scale.inside(to);
  const fits = textWidth(text, 11) + 12 <= right - left;
  if (!(fits || sheet.zoomable) || right <= left) return [];
  const place = { x: (left + right) / 2, y, 'data-from': left, 'data-to': right };
  return [shape('text', { class: 'word', ...(fits ? {} : { visibility: 'hidden' }), ...place }, text)];
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
  const width = Math.max(0.5, sheet.scale.inside(to) - x);
  return [shape('rect', { class: kind, x, y, width, height }, shape('title', {}, title))];
}

/** A mark of a row: from where it goes up or down, and how far. */
export interface Stroke {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly title: string;
}

/** Strokes, each with its title; or, if there are too many, in one path with the title of all. */
export function strokes(sheet: Sheet, kind: string, all: readonly Stroke[], title: string): Shape[] {
  if (all.length === 0) return [];
  if (sheet.each)
    return all.map((stroke) => shape('path', { class: kind, d: pathOf(stroke) }, shape('title', {}, stroke.title)));
  return [shape('path', { class: kind, d: all.map(pathOf).join('') }, shape('title', {}, title))];
}

function pathOf({ x, y, height }: Stroke): string {
  return `M${hundredths(x)} ${hundredths(y)}v${hundredths(height)}`;
}

/** A number in a disc, or in a pill if it is long. */
export function badge(x: number, y: number, number: number, colour: string): Shape {
  const text = String(number);
  const width = badgeWidth(number);
  const round = { x: x - width / 2, y: y - 8, width, height: 16, rx: 8 };
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
