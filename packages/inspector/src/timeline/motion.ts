import { type Shape, shape } from './shape.ts';
import type { Sheet } from './sheet.ts';
import { ROOT } from './style.ts';

/** How long the longest run takes when it is played, and how long all of it then stays to be read. */
const PLAYED_MS = 10_000;
const STAYS_MS = 5000;

/** Something that is not seen before its time. */
export interface Cover {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** When it is there to be seen, in milliseconds; undefined if a part of it is there at each time, from left to right. */
  readonly until: number | undefined;
}

/**
 * What lies over a drawing so that it is played, again and again: curtains that move to the right, with a line that is now, and covers that
 * vanish. Where the system asks for less motion, or does not know of that, none of it is shown.
 */
export function motionOf({ prefix, scale }: Sheet, covers: readonly Cover[]): Shape {
  const all = PLAYED_MS + STAYS_MS;
  const percent = (ms: number): string => ((100 * PLAYED_MS * ms) / (scale.to * all)).toFixed(2);
  const times = [...new Set(covers.map(({ until }) => until))];
  const names = times.map((_, at) => `${prefix}-t${at}`);
  const frames = times.map((until, at) => {
    const [property, from, to] =
      until === undefined ? ['transform', 'none', `translateX(${scale.right - scale.left}px)`] : ['opacity', '1', '0'];
    return `@keyframes ${names[at]}{from{${property}:${from}}${percent(until ?? scale.to)}%,to{${property}:${to}}}`;
  });
  const rules = times.map((until, at) => {
    const pace = until === undefined ? 'linear' : 'step-end';
    return `.${ROOT} .${names[at]}{animation:${names[at]} ${all}ms ${pace} infinite}`;
  });
  const shown = `@media(prefers-reduced-motion:no-preference){.${ROOT} .motion{display:inline}${rules.join('')}}`;
  const style = [`.${ROOT} .motion{display:none}`, shown, ...frames].join('\n');
  const shapes = covers.map(({ until, x, y, width, height }) => {
    const name = names[times.indexOf(until)] ?? '';
    const cover = shape('rect', { class: 'ground', x, y, width, height });
    if (until !== undefined) return shape('g', { class: name }, cover);
    const now = shape('path', { class: 'lead', d: `M${x} ${y}v${height}` });
    return shape('g', { 'clip-path': `url(#${prefix}-plot)` }, shape('g', { class: name }, cover, now));
  });
  return shape('g', { class: 'motion' }, shape('style', {}, style), ...shapes);
}
