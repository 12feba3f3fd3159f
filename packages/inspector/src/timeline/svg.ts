import { drawTimeline, type TimelineDrawing, type TimelineOptions } from './drawing.ts';
import type { Recording } from './recording.ts';
import { shape, toXML } from './shape.ts';
import { ROOT, TIMELINE_STYLES } from './style.ts';

/**
 * A recording as one SVG document: text as text, a `title` for each bar, dark where the system is, without scripts and without anything
 * from elsewhere. The same recording and options always give the same text.
 */
export function timelineSVG(recording: Recording, options: TimelineOptions = {}): string {
  return `${toXML(documentOf(drawTimeline(recording, options)))}\n`;
}

/** The root of a drawing, with its styles. */
export function documentOf({ width, height, title, shapes }: TimelineDrawing): ReturnType<typeof shape> {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return shape(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: ROOT, ...size, role: 'img', 'aria-label': title },
    shape('title', {}, title),
    shape('style', {}, TIMELINE_STYLES),
    shape('rect', { class: 'ground', width, height, rx: 8 }),
    ...shapes,
  );
}
