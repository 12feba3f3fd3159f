import { columnsOf } from './columns.ts';
import type { RecordedCallback, RecordedRun } from './recording.ts';
import { type Shape, shape } from './shape.ts';
import { bar, hatching, label, type Sheet, type Stroke, strokes, wordIn } from './sheet.ts';
import { colourOf } from './style.ts';
import { type Wait, waitsOf } from './waits.ts';
import { shownShare, shownTime } from './words.ts';

/** How long a callback must run to be drawn as one that holds the thread, in milliseconds. */
export const HELD_MS = 10;

/** How high the row of the thread is, beside that of a lane. */
export const THREAD_EXTRA = 8;

/** The row of the thread: for whom it waits, and the callbacks that it runs. */
export function threadRow(sheet: Sheet, run: RecordedRun, y: number): Shape[] {
  const { scale, words, margin, labelWidth, resultWidth } = sheet;
  const top = y + 3;
  const height = sheet.rowHeight + THREAD_EXTRA - 6;
  const waits = waitsOf(run).filter(({ from, to }) => from < scale.to && to > scale.from);
  const grounds = waits.flatMap((wait) => {
    const title = `${words.thread}${words.colon}${waitWords(sheet, run, wait)}${words.comma}${words.span(shownTime(wait.from), shownTime(wait.to))}`;
    return bar(sheet, 'wait', wait.from, wait.to, top, height, title).map((one) => ({
      ...one,
      attributes: { ...one.attributes, fill: hatching(sheet, 'wait') },
    }));
  });
  const said = waits.flatMap((wait) => {
    const full = wordIn(sheet, wait.from, wait.to, top + 14, waitWords(sheet, run, wait));
    return full.length > 0 ? full : wordIn(sheet, wait.from, wait.to, top + 14, words.legend.wait);
  });
  const track = { class: 'track', x: scale.left, y: top, width: scale.right - scale.left, height };
  const busy = busyWords(sheet, run);
  const middle = y + (sheet.rowHeight + THREAD_EXTRA) / 2 + 4;
  const result = label(scale.right + 10, middle, 'small name', busy, resultWidth - 10);
  return [
    label(margin, middle, 'name', words.thread, labelWidth - 8),
    shape('rect', track),
    shape('g', { class: 'timed' }, ...grounds, ...callbackShapes(sheet, run, top, height)),
    shape('g', { class: 'words' }, ...said),
    ...(resultWidth === 0 ? [] : [result]),
  ];
}

/** For how long callbacks ran, in words. */
export function busyWords({ words }: Sheet, { busyMs, endMs }: RecordedRun): string {
  return words.busy(shownTime(busyMs), shownTime(endMs), shownShare(busyMs, endMs, words));
}

/** For whom the thread waits: one place, a few, or how many. */
function waitWords({ words }: Sheet, run: RecordedRun, { lanes, count }: Wait): string {
  const [only] = lanes;
  if (count === 1 && only !== undefined) return words.waitsFor(run.lanes[only]?.place || (run.lanes[only]?.name ?? ''));
  return words.waitsForAny(count);
}

/** Callbacks as short strokes, and those that hold the thread as bars of the whole height. */
function callbackShapes(sheet: Sheet, run: RecordedRun, top: number, height: number): Shape[] {
  const places = new Map(run.lanes.map(({ number }, place) => [number, place]));
  const short: RecordedCallback[] = [];
  const held: RecordedCallback[] = [];
  for (const callback of run.callbacks) (callback.ms < HELD_MS ? short : held).push(callback);
  const groups = new Map<string, Stroke[]>();
  for (const { x, count, sum, first, last, index } of columnsOf(short, sheet.scale, sheet.perPixel, ({ ms }) => ms)) {
    const callback = short[index];
    const place = callback?.lane === undefined ? undefined : places.get(callback.lane);
    const kind = place === undefined ? 'callback stroke' : `callback stroke ${colourOf(place)}`;
    const { words } = sheet;
    const what = count === 1 ? (callback?.name ?? '') : words.callbacks(count);
    const when = count === 1 ? shownTime(first) : words.span(shownTime(first), shownTime(last));
    const title = `${what}${words.colon}${words.ran(shownTime(sum))}${words.comma}${when}`;
    const stroke = { x, y: top + height, height: -8, title };
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [stroke]);
    else group.push(stroke);
  }
  const all = `${sheet.words.callbacks(short.length)}${sheet.words.colon}${busyWords(sheet, run)}`;
  const marks = [...groups].flatMap(([kind, list]) => strokes(sheet, kind, list, all));
  const bars = held.flatMap(({ at, ms, name }) => {
    const title = `${name}${sheet.words.colon}${sheet.words.ran(shownTime(ms))}${sheet.words.comma}${shownTime(at)}`;
    return bar(sheet, 'held', at, at + ms, top, height, title);
  });
  return [...marks, ...bars];
}
