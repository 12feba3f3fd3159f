import { columnsOf } from './columns.ts';
import type { Lane, RecordedChunk, RecordedRun, Span } from './recording.ts';
import { type Shape, shape } from './shape.ts';
import { badge, badgeWidth, bar, hatching, label, type Sheet, type Stroke, strokes, timed, wordIn } from './sheet.ts';
import { colourOf } from './style.ts';
import { shownTime } from './words.ts';

/** The row of a lane: its name, what it did, how it ended. */
export function laneRow(sheet: Sheet, run: RecordedRun, place: number, y: number): Shape[] {
  const lane = run.lanes[place];
  if (lane === undefined) return [];
  const { scale, rowHeight } = sheet;
  const colour = colourOf(place);
  const top = y + 3;
  const height = rowHeight - 6;
  const spans = lane.spans.flatMap((span) => spanShapes(sheet, lane, span, top, height, place));
  const marks = chunkShapes(sheet, lane, top, height);
  const words = lane.spans.flatMap((span) => {
    if (span.kind === 'waiting' || span.kind === 'connecting') return [];
    return wordIn(sheet, span.from, span.to, y + rowHeight / 2 + 4, [sheet.words.spans[span.kind]]);
  });
  const track = { class: 'track', x: scale.left, y: top, width: scale.right - scale.left, height };
  return [
    ...nameShapes(sheet, lane, colour, y),
    shape('rect', track),
    timed(sheet, colour, ...spans, ...marks, ...endShapes(sheet, lane, top, height)),
    shape('g', { class: 'words' }, ...words),
    ...resultShapes(sheet, lane, y),
  ];
}

function nameShapes(sheet: Sheet, { number, name, place }: Lane, colour: string, y: number): Shape[] {
  const { margin, labelWidth, rowHeight } = sheet;
  const middle = y + rowHeight / 2;
  const disc = badgeWidth(number);
  const room = labelWidth - disc - 14;
  // The place is what a lane is known by: the name goes first where both do not fit.
  const shown = place === '' ? name : place;
  const text = label(margin + disc + 6, middle + 4, place === '' ? 'name' : 'lane', shown, room);
  return [
    shape(
      'g',
      {},
      shape('title', {}, `${name} ${place}`.trim()),
      badge(margin + disc / 2, middle, number, colour, Math.min(16, rowHeight - 2)),
      text,
    ),
  ];
}

function spanShapes(sheet: Sheet, lane: Lane, span: Span, top: number, height: number, place: number): Shape[] {
  const { words } = sheet;
  const { kind, from, to } = span;
  const what = kind === 'waiting' ? words.waitsFor(lane.place) : words.spans[kind];
  const title = `${lane.name}${words.colon}${what}${words.comma}${words.span(shownTime(from), shownTime(to))}`;
  if (kind === 'pending') {
    const left = sheet.scale.inside(from);
    const right = sheet.scale.inside(to);
    if (right <= left) return [];
    const middle = top + height / 2;
    // A line without a height cannot be pointed at.
    const area = shape(
      'rect',
      { class: 'track', x: left, y: top, width: right - left, height },
      shape('title', {}, title),
    );
    return [area, shape('path', { class: 'pending', d: `M${left.toFixed(2)} ${middle}H${right.toFixed(2)}` })];
  }
  if (kind === 'connecting') return bar(sheet, 'fill connecting', from, to, top, height, title);
  const hatch = { waiting: `wait-${colourOf(place)}`, paused: 'paused', blocked: 'blocked' }[kind];
  return bar(sheet, 'span', from, to, top, height, title).map((one) => ({
    ...one,
    attributes: { ...one.attributes, fill: hatching(sheet, hatch) },
  }));
}

function chunkShapes(sheet: Sheet, lane: Lane, top: number, height: number): Shape[] {
  const writes = lane.chunks.some(({ direction }) => direction === 'out');
  const line = writes ? top + height / 2 : top + height;
  const room = writes ? height / 2 : height;
  return (['in', 'out'] as const).flatMap((direction) => {
    const chunks = lane.chunks.filter((chunk) => chunk.direction === direction);
    const columns = columnsOf(chunks, sheet.scale, sheet.perPixel, ({ bytes }) => bytes);
    const told = direction === 'in' ? sheet.words.received : sheet.words.sent;
    const all = columns.map(({ x, count, sum, first, last }): Stroke => {
      const length = strokeLength(sum, room);
      const title = (): string => {
        const when = count === 1 ? shownTime(first) : sheet.words.span(shownTime(first), shownTime(last));
        const several = count === 1 ? '' : `${sheet.words.comma}${sheet.words.chunks(count)}`;
        return `${lane.name}${sheet.words.colon}${told(sum)}${several}${sheet.words.comma}${when}`;
      };
      return { x, y: line, height: direction === 'in' ? -length : length, title };
    });
    const sum = chunks.reduce((total, { bytes }) => total + bytes, 0);
    const title = `${lane.name}${sheet.words.colon}${told(sum)}${sheet.words.comma}${sheet.words.chunks(chunks.length)}`;
    return strokes(sheet, 'chunk stroke', all, title);
  });
}

/** A stroke is longer for more bytes, and twice as many bytes do not make it twice as long. */
function strokeLength(bytes: number, room: number): number {
  return room * Math.min(1, 0.3 + Math.log2(1 + bytes) / 24);
}

function endShapes(sheet: Sheet, lane: Lane, top: number, height: number): Shape[] {
  const { end } = lane;
  if (end === undefined || end.at < sheet.scale.from || end.at > sheet.scale.to) return [];
  const kind = end.failure === undefined ? 'end stroke' : 'end held';
  const title = resultTitle(sheet, lane);
  return strokes(sheet, kind, [{ x: sheet.scale.x(end.at), y: top, height, title: () => title }], title);
}

function resultShapes(sheet: Sheet, lane: Lane, y: number): Shape[] {
  if (sheet.resultWidth === 0) return [];
  const x = sheet.scale.right + 10;
  const text = shortResult(sheet, lane);
  const kind = lane.end?.failure === undefined ? 'small' : 'small failure';
  const shown = label(x, y + sheet.rowHeight / 2 + 4, kind, text, sheet.resultWidth - 10);
  return [shape('g', {}, shape('title', {}, resultTitle(sheet, lane)), shown)];
}

function shortResult({ words }: Sheet, lane: Lane): string {
  const bytes = bytesOf(lane.chunks);
  if (lane.end === undefined) return words.unfinished(bytes);
  if (lane.end.failure !== undefined) return words.failed(lane.end.failure);
  return words.finished(bytes, shownTime(lane.end.at - beginOf(lane)));
}

function resultTitle(sheet: Sheet, lane: Lane): string {
  const { words } = sheet;
  const bytes = bytesOf(lane.chunks);
  const text =
    lane.end?.failure === undefined
      ? shortResult(sheet, lane)
      : words.failedAt(lane.end.failure, bytes, shownTime(lane.end.at - beginOf(lane)));
  return `${lane.name}${words.colon}${text}`;
}

/** When a lane began to do something. */
function beginOf({ spans }: Lane): number {
  return spans.find(({ kind }) => kind !== 'pending')?.from ?? spans.at(-1)?.to ?? 0;
}

function bytesOf(chunks: readonly RecordedChunk[]): number {
  return chunks.reduce((sum, { bytes, direction }) => (direction === 'in' ? sum + bytes : sum), 0);
}
