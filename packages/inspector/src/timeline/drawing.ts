import { laneRow } from './lane-row.ts';
import { defs, legendRow } from './legend.ts';
import { glimpseOf, MAGNIFIER_HEIGHT, magnifierRow } from './magnifier.ts';
import { type Cover, motionOf } from './motion.ts';
import type { RecordedRun, Recording } from './recording.ts';
import { Scale } from './scale.ts';
import { type Attributes, hundredths, type Shape, shape } from './shape.ts';
import { label, type Sheet, timed } from './sheet.ts';
import { ROOT } from './style.ts';
import { THREAD_HEIGHT, threadRow } from './thread-row.ts';
import { type Language, shownTime, wordsOf } from './words.ts';

/** How a recording is drawn. */
export interface TimelineOptions {
  /** The language of its words; English (`en`) unless set. */
  readonly language?: Language;
  /** How wide the drawing is, in pixels, at least 320; 960 unless set. */
  readonly width?: number;
  /** How high the row of a lane is, in pixels, at least 12; 26 unless set. */
  readonly rowHeight?: number;
  /** Where what is shown begins, in milliseconds of the recording; 0 unless set. */
  readonly from?: number;
  /** Where it ends; at the end of the longest run unless set. */
  readonly to?: number;
  /** The time that the axis calls 0; 0 unless set. */
  readonly origin?: number;
  /** False leaves out what only a finished run has: headlines, results, the magnifier and the legend. */
  readonly finished?: boolean;
  /**
   * True lets all appear when it has happened, again and again, where the system does not ask for less motion: the longest run takes ten
   * seconds. Only the drawing of finished runs moves, and not the page.
   */
  readonly moving?: boolean;
  /** In front of the ids in the drawing, for a document with several; `timeline` unless set. */
  readonly idPrefix?: string;
}

/** A recording, drawn. */
export interface TimelineDrawing {
  /** How wide it is, in pixels. */
  readonly width: number;
  /** How high it is, which depends on how many lanes there are. */
  readonly height: number;
  /** What the drawing shows, in one line. */
  readonly title: string;
  /** The children of an `svg` element whose class is `couplet-timeline` and whose `viewBox` is `0 0 width height`. */
  readonly shapes: readonly Shape[];
  /** Where the axis lies: attributes for the `svg` element of a page whose script zooms. */
  readonly axis: Attributes;
}

const MARGIN = 20;
const AXIS_HEIGHT = 20;
/** With more marks than this, those of a row are one element: what a file, and what a page can bear. */
const MOST_TITLES = 4000;
const MOST_TITLES_ZOOMED = 20_000;

/** Draws a recording. The same recording and options always give the same drawing; its cost is linear in what was recorded. */
export function drawTimeline(recording: Recording, options: TimelineOptions = {}): TimelineDrawing {
  return drawOn(sheetOf(recording, options), recording, options);
}

/** The same for a script that zooms. `perPixel` is how many columns of marks a pixel has: as far as one can zoom in. */
export function drawZoomable(recording: Recording, options: TimelineOptions, perPixel: number): TimelineDrawing {
  return drawOn(sheetOf(recording, options, perPixel), recording, options);
}

function drawOn(sheet: Sheet, recording: Recording, options: TimelineOptions): TimelineDrawing {
  const { finished = true, moving = false } = options;
  const { words, scale } = sheet;
  const width = Math.max(320, options.width ?? 960);
  const title = titleOf(recording, sheet);
  const shapes: Shape[] = [];
  const plot = { x: scale.left, width: scale.right - scale.left };
  const results = { x: scale.right + 4, width: width - scale.right - 4 };
  const covers: Cover[] = [];
  let y = finished ? 16 : 4;
  if (finished && recording.runs.length > 1) {
    shapes.push(label(MARGIN, y + 16, 'title', title, width - 2 * MARGIN));
    y += 34;
  }
  for (const run of recording.runs) {
    if (finished) {
      shapes.push(...headline(sheet, run, y, width));
      covers.push({ ...results, y, height: 18, until: run.endMs });
      y += 22;
    }
    const lanes = run.lanes.length * sheet.rowHeight;
    const thread = THREAD_HEIGHT;
    shapes.push(...axis(sheet, options.origin ?? 0, y, lanes + thread));
    y += AXIS_HEIGHT;
    covers.push({ ...plot, y, height: lanes + thread, until: undefined });
    for (const [place, { end }] of run.lanes.entries()) {
      shapes.push(shape('g', { class: 'row' }, ...laneRow(sheet, run, place, y)));
      covers.push({ ...results, y, height: sheet.rowHeight, until: end?.at ?? run.endMs });
      y += sheet.rowHeight;
    }
    shapes.push(shape('g', { class: 'row' }, ...threadRow(sheet, run, y)));
    covers.push({ ...results, y, height: thread, until: run.endMs });
    y += thread;
    const glimpse = finished ? glimpseOf(run, sheet.scale.right - sheet.scale.left - 24) : undefined;
    if (glimpse !== undefined) {
      shapes.push(shape('g', { class: 'magnifier' }, ...magnifierRow(sheet, run, glimpse, y)));
      covers.push({ x: 0, width, y, height: MAGNIFIER_HEIGHT, until: run.endMs });
      y += MAGNIFIER_HEIGHT;
    }
    y += finished ? 22 : 6;
  }
  if (finished) {
    const legend = legendRow(sheet, recording, y, width);
    shapes.push(...legend.shapes);
    y += legend.height;
  }
  if (moving && finished && !sheet.zoomable && covers.length > 0) shapes.push(motionOf(sheet, covers));
  const clip = { x: scale.left - 1, y: 0, width: plot.width + 2, height: y };
  return {
    width,
    height: y,
    title: recording.runs.length === 0 ? words.nothing : title,
    shapes: [defs(sheet, clip), ...shapes],
    axis: {
      'data-left': sheet.scale.left,
      'data-right': sheet.scale.right,
      'data-begin': sheet.scale.from - (options.origin ?? 0),
      'data-end': sheet.scale.to - (options.origin ?? 0),
    },
  };
}

/** The class of the `svg` element of a drawing. */
export const TIMELINE_CLASS: string = ROOT;

function sheetOf(recording: Recording, options: TimelineOptions, zoomed?: number): Sheet {
  const { finished = true, idPrefix = 'timeline', language = 'en' } = options;
  const width = Math.max(320, options.width ?? 960);
  const labelWidth = Math.min(160, Math.max(90, width * 0.17));
  const resultWidth = finished ? Math.min(200, Math.max(80, width * 0.21)) : 0;
  const longest = recording.runs.reduce((most, { endMs }) => Math.max(most, endMs), 0);
  const right = width - MARGIN - resultWidth;
  const scale = new Scale(options.from ?? 0, options.to ?? longest, MARGIN + labelWidth, right);
  const perPixel = zoomed ?? 1;
  const marks = recording.runs.flatMap(({ lanes, callbacks }) => [callbacks, ...lanes.map(({ chunks }) => chunks)]);
  const columns = Math.ceil((right - scale.left) * perPixel);
  return {
    scale,
    words: wordsOf(language),
    margin: MARGIN,
    labelWidth,
    resultWidth,
    rowHeight: Math.max(12, options.rowHeight ?? 26),
    prefix: idPrefix,
    perPixel,
    each:
      marks.reduce((sum, { length }) => sum + Math.min(length, columns), 0) <=
      (zoomed === undefined ? MOST_TITLES : MOST_TITLES_ZOOMED),
    zoomable: zoomed !== undefined,
  };
}

/** What a drawing shows: of one run its name and length, of several how they compare. */
function titleOf({ runs }: Recording, { words }: Sheet): string {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return words.nothing;
  if (runs.length === 1) return `${first.name}${words.colon}${shownTime(first.endMs)}`;
  const factor = (first.endMs / Math.max(last.endMs, 0.001)).toFixed(1);
  return words.times(shownTime(last.endMs), shownTime(first.endMs), factor);
}

function headline(sheet: Sheet, run: RecordedRun, y: number, width: number): Shape[] {
  const { words, resultWidth } = sheet;
  const facts = `${words.tasks(run.lanes.length)}${words.comma}${shownTime(run.endMs)}`;
  return [
    label(MARGIN, y + 12, 'name', run.name, width - 2 * MARGIN - resultWidth),
    label(sheet.scale.right + 10, y + 12, 'name', facts, resultWidth - 10),
  ];
}

/** The times above the rows, and a line down from each. */
function axis(sheet: Sheet, origin: number, y: number, height: number): Shape[] {
  const { scale } = sheet;
  const shown = new Scale(scale.from - origin, scale.to - origin, scale.left, scale.right);
  const ticks = shown.ticks(80);
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const top = y + AXIS_HEIGHT - 4;
  const marks = ticks.map((ms) => {
    const x = shown.x(ms);
    return shape('path', { class: 'grid', d: `M${hundredths(x)} ${top}v${height + 4}` });
  });
  const texts = ticks.map((ms) =>
    shape('text', { class: 'small', x: shown.x(ms), y: y + 12, 'text-anchor': 'middle' }, tickText(ms, step)),
  );
  const place = { class: 'axis', 'data-y': y, 'data-height': height + 4 };
  return [shape('g', place, timed(sheet, '', ...marks), ...texts)];
}

function tickText(ms: number, step: number): string {
  const text = step >= 100 ? `${(ms / 1000).toFixed(step >= 1000 ? 0 : 1)} s` : `${ms.toFixed(step >= 1 ? 0 : 2)} ms`;
  return text.replace('-', '−');
}
