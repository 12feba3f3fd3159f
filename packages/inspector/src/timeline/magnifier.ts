import { columnsOf } from './columns.ts';
import type { Lane, RecordedRun } from './recording.ts';
import { Scale } from './scale.ts';
import { hundredths, type Shape, shape } from './shape.ts';
import { badge, badgeWidth, hatching, label, type Sheet } from './sheet.ts';
import { colourOf } from './style.ts';
import { shownTime } from './words.ts';

/** How much room the magnifier takes. */
export const MAGNIFIER_HEIGHT = 78;

const LENGTH_MS = 300;
/** The part of it from the first chunk to the last one. */
const INNER = 0.94;
/** How far numbers are apart. */
const GAP = 3;
/** How high the lines are that lead to it, and the callbacks in it. */
const LEAD = 16;
const BAR_HEIGHT = 18;

/** A chunk that arrives for a lane. */
interface Turn {
  readonly at: number;
  readonly bytes: number;
  readonly lane: Lane;
  /** The place of its lane in the run. */
  readonly place: number;
}

/** The part of a run that is magnified. */
export interface Glimpse {
  readonly from: number;
  readonly to: number;
  readonly turns: readonly Turn[];
}

/**
 * The 300 ms in which lanes come back most often, after others had their turns; if none does, those with most chunks of one lane. Undefined if there
 * are fewer than three. It is shorter if the numbers of all chunks would not stand beside each other in `width` pixels.
 */
export function glimpseOf(run: RecordedRun, width: number): Glimpse | undefined {
  const turns = turnsOf(run);
  const most = Math.floor(width / (widestBadge(turns) + GAP));
  const { back, next } = returnsOf(turns);
  let best = { score: -1, first: 0, last: 0 };
  let returns = 0;
  let last = 0;
  const taken = back.some((earlier) => earlier >= 0);
  for (const [first, { at, place }] of turns.entries()) {
    for (; last - first < most && (turns[last]?.at ?? Number.POSITIVE_INFINITY) <= at + LENGTH_MS * INNER; last += 1)
      if ((back[last] ?? -1) >= first) returns += 1;
    // The first one would stand at the edge; where no lane comes back, another lane is not the same one's turn.
    const early = at < (LENGTH_MS * (1 - INNER)) / 2 ? 1 : 0;
    const mixed = !taken && turns[last - 1]?.place !== place;
    const score = mixed ? 0 : turns.length * returns + (last - first) - early;
    if (score > best.score) best = { score, first, last };
    if ((next[first] ?? Number.POSITIVE_INFINITY) < last) returns -= 1;
  }
  const shown = turns.slice(best.first, best.last);
  const [begin, end] = [shown[0], shown.at(-1)];
  if (shown.length < 3 || begin === undefined || end === undefined) return undefined;
  const length = shown.length < most ? LENGTH_MS : Math.max(1, end.at - begin.at) / INNER;
  const from = Math.max(0, begin.at - (length * (1 - INNER)) / 2);
  return { from, to: from + length, turns: shown };
}

/** For each turn: the one that its lane had before, if others came between, and the one that it has after them. */
function returnsOf(turns: readonly Turn[]): { readonly back: readonly number[]; readonly next: readonly number[] } {
  const before = new Map<number, number>();
  const back: number[] = [];
  const next = turns.map(() => Number.POSITIVE_INFINITY);
  for (const [at, { place }] of turns.entries()) {
    const earlier = before.get(place) ?? at;
    const returned = earlier < at - 1;
    back.push(returned ? earlier : -1);
    if (returned) next[earlier] = at;
    before.set(place, at);
  }
  return { back, next };
}

function turnsOf({ lanes }: RecordedRun): Turn[] {
  const turns = lanes.flatMap((lane, place) =>
    lane.chunks.flatMap(({ at, bytes, direction }) => (direction === 'in' ? [{ at, bytes, lane, place }] : [])),
  );
  return turns.sort((one, two) => one.at - two.at);
}

/**
 * The magnified part of the thread's row, which ends at `y`: between two lines that lead to it, with the number of the lane at each chunk
 * that arrives, and each callback as wide as it ran.
 */
export function magnifierRow(sheet: Sheet, run: RecordedRun, { from, to, turns }: Glimpse, y: number): Shape[] {
  const { margin, labelWidth, resultWidth, words } = sheet;
  const { left, right } = sheet.scale;
  const scale = new Scale(from, to, left, right);
  const top = y + LEAD;
  const bottom = top + MAGNIFIER_HEIGHT - LEAD - 4;
  const bars = bottom - BAR_HEIGHT;
  const [begin, end] = [sheet.scale.inside(from), sheet.scale.inside(to)];
  const lens = points([begin, y - 3], [end, y - 3], [right, top], [left, top]);
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  const ground = { x: left, y: bars, width: right - left, height: BAR_HEIGHT, fill: hatching(sheet, 'still') };
  const wanted = turns.map(({ at }) => scale.x(at));
  const places = apart(wanted, widestBadge(turns) + GAP, left + 12, right - 12);
  const middle = (top + bottom) / 2 + 4;
  const since = label(right + 10, middle, 'small', words.sinceStart(shownTime(from)), resultWidth - 10);
  return [
    shape('path', { class: 'lens', d: lens, 'data-from': begin, 'data-to': end }),
    shape('rect', { class: 'track', ...frame }),
    shape('rect', ground),
    shape('rect', { class: 'frame', ...frame }),
    ...callbackBars(sheet, run, scale, bars),
    ...turns.map((turn, at) => turnShape(sheet, turn, places[at] ?? left, scale.x(turn.at), top + 12, bars)),
    label(margin, middle, 'small', words.magnified(shownTime(to - from)), labelWidth - 8),
    ...(resultWidth === 0 ? [] : [since]),
  ];
}

/** The number of a lane, which may have had to move aside, and a line to when its chunk arrived. */
function turnShape(
  sheet: Sheet,
  { at, bytes, lane, place }: Turn,
  x: number,
  to: number,
  y: number,
  bars: number,
): Shape {
  const { words } = sheet;
  const title = `${lane.name}${words.colon}${words.received(bytes)}${words.comma}${shownTime(at)}`;
  const lead = `M${hundredths(x)} ${y + 8}L${hundredths(to)} ${bars}`;
  return shape(
    'g',
    {},
    shape('title', {}, title),
    shape('path', { class: 'lead', d: lead }),
    badge(x, y, lane.number, colourOf(place)),
  );
}

/** The callbacks of a magnified time. */
function callbackBars(sheet: Sheet, run: RecordedRun, scale: Scale, bars: number): Shape[] {
  const { words } = sheet;
  const places = new Map(run.lanes.map(({ number }, place) => [number, place]));
  const shown = columnsOf(run.callbacks, scale, 4, ({ ms }) => ms).map(({ x, count, sum, first, index }) => ({
    x,
    width: Math.max(1.5, scale.inside(first + sum) - x),
    callback: run.callbacks[index],
    count,
    sum,
  }));
  const slices = slicesOf(shown.map(({ x }) => x));
  return shown.map(({ x, width, callback, count: joined, sum }, at) => {
    const { index, count } = slices[at] ?? { index: 0, count: 1 };
    const height = BAR_HEIGHT / count;
    const place = callback?.lane === undefined ? undefined : places.get(callback.lane);
    const kind = place === undefined ? 'fill' : `fill ${colourOf(place)}`;
    const what = joined === 1 ? (callback?.name ?? '') : words.callbacks(joined);
    const title = `${what}${words.colon}${words.ran(shownTime(sum))}`;
    const bar = { class: kind, x, y: bars + index * height, width, height };
    return shape('rect', bar, shape('title', {}, title));
  });
}

/** Callbacks that would hide each other stand below each other: which slice of how many each one gets. */
function slicesOf(places: readonly number[]): { readonly index: number; readonly count: number }[] {
  const groups: number[][] = [];
  for (const x of places) {
    const group = groups.at(-1);
    if (group !== undefined && x - (group.at(-1) ?? 0) < 2) group.push(x);
    else groups.push([x]);
  }
  return groups.flatMap((group) => group.map((_, index) => ({ index, count: group.length })));
}

/** The places nearest to those that are wanted, in their order and at least `distance` apart, from `left` to `right`. */
function apart(wanted: readonly number[], distance: number, left: number, right: number): number[] {
  // Less the room for those before, the places must not fall: neighbours that would are joined at their mean.
  const groups: { sum: number; count: number }[] = [];
  for (const [at, x] of wanted.entries()) {
    let group = { sum: x - at * distance, count: 1 };
    for (;;) {
      const before = groups.at(-1);
      if (before === undefined || before.sum / before.count <= group.sum / group.count) break;
      groups.pop();
      group = { sum: before.sum + group.sum, count: before.count + group.count };
    }
    groups.push(group);
  }
  const most = right - (wanted.length - 1) * distance;
  const means = groups.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return means.map((x, at) => Math.max(left, Math.min(most, x)) + at * distance);
}

function widestBadge(turns: readonly Turn[]): number {
  return turns.reduce((width, { lane }) => Math.max(width, badgeWidth(lane.number)), 16);
}

function points(...all: readonly (readonly [x: number, y: number])[]): string {
  return `M${all.map(([x, y]) => `${hundredths(x)} ${hundredths(y)}`).join('L')}Z`;
}
