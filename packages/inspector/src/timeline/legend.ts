import type { RecordedRun, Recording, Span } from './recording.ts';
import { type Shape, shape } from './shape.ts';
import { hatching, type Sheet } from './sheet.ts';
import { COLOURS, colourOf } from './style.ts';
import { textWidth } from './text.ts';
import { HELD_MS } from './thread-row.ts';

/** What is explained below a drawing: only what is in it. */
export function legendRow(
  sheet: Sheet,
  { runs }: Recording,
  y: number,
  width: number,
): { readonly shapes: readonly Shape[]; readonly height: number } {
  const { legend, spans } = sheet.words;
  const spansOf = ({ lanes }: RecordedRun): readonly Span[] => lanes.flatMap((lane) => lane.spans);
  const visible = ({ from, to }: Span): boolean => sheet.scale.inside(to) - sheet.scale.inside(from) >= 1;
  const kinds = new Set(
    runs.flatMap((run) =>
      spansOf(run)
        .filter(visible)
        .map(({ kind }) => kind),
    ),
  );
  const held = runs.some(({ callbacks }) => callbacks.some(({ ms }) => ms >= HELD_MS));
  const box = { y: -9, width: 24, height: 12 };
  const items: [present: boolean, text: string, swatch: Shape][] = [
    [true, legend.wait, shape('rect', { ...box, class: 'swatch', fill: hatching(sheet, 'still') })],
    [true, legend.chunk, shape('path', { class: 'chunk stroke', d: 'M6 3v-8M12 3v-8M18 3v-8' })],
    [true, legend.callback, shape('path', { class: 'callback stroke', d: 'M12 3v-8' })],
    [held, legend.held, shape('rect', { ...box, x: 8, width: 8, class: 'held' })],
    [kinds.has('pending'), legend.pending, shape('path', { class: 'pending', d: 'M0 -3H24' })],
    [kinds.has('connecting'), legend.connecting, shape('rect', { ...box, class: 'fill connecting' })],
    [kinds.has('paused'), spans.paused, shape('rect', { ...box, fill: hatching(sheet, 'paused') })],
    [kinds.has('blocked'), spans.blocked, shape('rect', { ...box, fill: hatching(sheet, 'blocked') })],
  ];
  const shapes: Shape[] = [];
  let x = sheet.margin;
  let line = y + 6;
  for (const [present, text, swatch] of items) {
    if (!present) continue;
    const room = 30 + textWidth(text, 11) + 14;
    if (x + room > width - sheet.margin && x > sheet.margin) {
      x = sheet.margin;
      line += 20;
    }
    const words = shape('text', { class: 'small', x: 30, y: 1 }, text);
    shapes.push(shape('g', { transform: `translate(${Math.round(x)} ${line})` }, swatch, words));
    x += room;
  }
  return { shapes, height: line - y + 18 };
}

/** The patterns of a drawing, and the edge of its plot. */
export function defs(sheet: Sheet, clip: Readonly<Record<string, number>>): Shape {
  const pattern = (name: string, degrees: number, size: number, ...inner: readonly Shape[]): Shape =>
    shape(
      'pattern',
      {
        id: `${sheet.prefix}-${name}`,
        ...(name === 'still' ? { class: 'still' } : {}),
        width: size,
        height: size,
        patternUnits: 'userSpaceOnUse',
        patternTransform: `rotate(${degrees})`,
      },
      ...inner,
    );
  const line = (size: number, kind = 'hatch'): Shape => shape('path', { class: kind, d: `M${size / 2} 0v${size}` });
  const wash = (size: number): Shape => shape('rect', { class: 'fill wash', width: size, height: size });
  const colours = Array.from({ length: COLOURS }, (_, at) => {
    const inner = shape('g', { class: colourOf(at) }, wash(6), shape('path', { class: 'stroke tint', d: 'M3 0v6' }));
    return pattern(`wait-${colourOf(at)}`, 45, 6, inner);
  });
  const crossed = shape('path', { class: 'hatch', d: 'M0 2.5h5' });
  return shape(
    'defs',
    {},
    pattern('wait', 45, 6, line(6)),
    // For what stays as it is when a script zooms.
    pattern('still', 45, 6, line(6)),
    ...colours,
    pattern('paused', -45, 4, line(4, 'hatch dense')),
    pattern('blocked', 45, 5, line(5), crossed),
    shape('clipPath', { id: `${sheet.prefix}-plot` }, shape('rect', clip)),
  );
}
