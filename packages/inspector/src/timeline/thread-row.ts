import { type Column, columnsOf } from './columns.ts';
import type { RecordedCallback, RecordedRun } from './recording.ts';
import { type Shape, shape } from './shape.ts';
import { bar, hatching, label, type Sheet, type Stroke, strokes, timed, wordIn } from './sheet.ts';
import { colourOf } from './style.ts';
import { type ThreadWait, waitsOf } from './thread-waits.ts';
import { shownShare, shownTime } from './words.ts';

/** How long a callback must run to be drawn as one that holds the thread, in milliseconds. */
export const HELD_MS = 10;

/** How wide it is at least, in columns: a narrower one is a stroke, and of several in one column there is one. */
const BLOCK_COLUMNS = 1;

/** How high the row of the thread is. */
export const THREAD_HEIGHT = 34;

/** The row of the thread: for whom it waits, and the callbacks that it runs. */
export function threadRow(sheet: Sheet, run: RecordedRun, y: number): Shape[] {
  const { scale, words, margin, labelWidth, resultWidth } = sheet;
  const top = y + 3;
  const height = THREAD_HEIGHT - 6;
  const { short, long, held } = parted(sheet, run.callbacks);
  const waits = waitsOf(run, held).filter(({ from, to }) => from < scale.to && to > scale.from);
  const grounds = waits.flatMap((wait) => {
    const [what = ''] = waitWords(sheet, run, wait);
    const when = words.span(shownTime(wait.from), shownTime(wait.to));
    const title = `${words.thread}${words.colon}${what}${words.comma}${when}`;
    return bar(sheet, 'wait', wait.from, wait.to, top, height, title).map((one) => ({
      ...one,
      attributes: { ...one.attributes, fill: hatching(sheet, 'wait') },
    }));
  });
  const said = waits.flatMap((wait) => wordIn(sheet, wait.from, wait.to, top + 15, waitWords(sheet, run, wait)));
  const track = { class: 'track', x: scale.left, y: top, width: scale.right - scale.left, height };
  const busy = busyWords(sheet, run);
  const middle = y + THREAD_HEIGHT / 2 + 4;
  const result = label(scale.right + 10, middle, 'fact', busy, resultWidth - 10);
  return [
    label(margin, middle, 'name', words.thread, labelWidth - 8),
    shape('rect', track),
    timed(
      sheet,
      '',
      ...grounds,
      ...shortShapes(sheet, run, short, top + height),
      ...longShapes(sheet, run, long, top, height),
      ...heldShapes(sheet, held, top, height),
    ),
    shape('g', { class: 'words' }, ...said, ...heldWords(held, sheet, y + THREAD_HEIGHT / 2 + 4)),
    ...(resultWidth === 0 ? [] : [result]),
  ];
}

/** For how long callbacks ran, in words. */
export function busyWords({ words }: Sheet, { busyMs, endMs }: RecordedRun): string {
  return words.busy(shownTime(busyMs), shownTime(endMs), shownShare(busyMs, endMs, words));
}

/** For whom the thread waits, from long to short. */
function waitWords({ words }: Sheet, run: RecordedRun, { lanes, count }: ThreadWait): string[] {
  const only = count === 1 && lanes[0] !== undefined ? run.lanes[lanes[0]] : undefined;
  const whom = only === undefined ? [] : [only.place, only.name].filter((name) => name !== '');
  const said = only === undefined ? [words.waitsForAny(count)] : whom.map(words.waitsFor);
  return [...said, words.legend.wait];
}

/** Callbacks that are a stroke, those that hold the thread and are one nevertheless, and those that are a block. */
function parted(
  { scale, perPixel }: Sheet,
  callbacks: readonly RecordedCallback[],
): Readonly<Record<'short' | 'long' | 'held', readonly RecordedCallback[]>> {
  const all: Record<'short' | 'long' | 'held', RecordedCallback[]> = { short: [], long: [], held: [] };
  for (const callback of callbacks) {
    const { at, ms } = callback;
    const columns = (scale.x(at + ms) - scale.x(at)) * perPixel;
    all[ms < HELD_MS ? 'short' : columns < BLOCK_COLUMNS ? 'long' : 'held'].push(callback);
  }
  return all;
}

/** A short stroke for each callback, in the colour of its lane; of several in one column, only if they have the same. */
function shortShapes(sheet: Sheet, run: RecordedRun, short: readonly RecordedCallback[], bottom: number): Shape[] {
  const { words } = sheet;
  const places = new Map(run.lanes.map(({ number }, place) => [number, place]));
  const groups = new Map<string, Stroke[]>();
  for (const column of columnsOf(short, sheet.scale, sheet.perPixel, ({ ms }) => ms)) {
    const { x, count, index } = column;
    const callback = short[index];
    const lane = callback?.lane;
    const alike = short.slice(index, index + count).every((one) => one.lane === lane);
    const place = lane === undefined || !alike ? undefined : places.get(lane);
    const kind = place === undefined ? 'callback stroke' : `callback stroke ${colourOf(place)}`;
    const title = (): string => strokeTitle(sheet, short, column);
    const stroke = { x, y: bottom, height: -7, title };
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [stroke]);
    else group.push(stroke);
  }
  const all = `${words.callbacks(short.length)}${words.colon}${busyWords(sheet, run)}`;
  return [...groups].flatMap(([kind, list]) => strokes(sheet, kind, list, all));
}

/** A stroke as high as the row for each callback that holds the thread, and for all in one column. */
function longShapes(
  sheet: Sheet,
  run: RecordedRun,
  long: readonly RecordedCallback[],
  y: number,
  height: number,
): Shape[] {
  const list = columnsOf(long, sheet.scale, sheet.perPixel, ({ ms }) => ms).map((column): Stroke => {
    return { x: column.x, y, height, title: () => strokeTitle(sheet, long, column) };
  });
  const all = `${sheet.words.callbacks(long.length)}${sheet.words.colon}${busyWords(sheet, run)}`;
  return strokes(sheet, 'held', list, all);
}

function strokeTitle(
  { words }: Sheet,
  callbacks: readonly RecordedCallback[],
  { count, sum, first, last, index }: Column,
): string {
  const what = count === 1 ? (callbacks[index]?.name ?? '') : words.callbacks(count);
  const when = count === 1 ? shownTime(first) : words.span(shownTime(first), shownTime(last));
  return `${what}${words.colon}${words.ran(shownTime(sum))}${words.comma}${when}`;
}

function heldShapes(sheet: Sheet, held: readonly RecordedCallback[], top: number, height: number): Shape[] {
  const { words } = sheet;
  return held.flatMap(({ at, ms, name }) => {
    const title = `${name}${words.colon}${words.ran(shownTime(ms))}${words.comma}${shownTime(at)}`;
    return bar(sheet, 'held', at, at + ms, top, height, title);
  });
}

function heldWords(held: readonly RecordedCallback[], sheet: Sheet, y: number): Shape[] {
  return held.flatMap(({ at, ms, name }) => {
    const texts = [`${name} ${shownTime(ms)}`, shownTime(ms)];
    return wordIn(sheet, at, at + ms, y, texts, 'word on');
  });
}
