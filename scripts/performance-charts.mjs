// The pictures of docs/performance.md: bars by contender in a panel for each row, and lines over the number of connections. Drawn as timelines
// are: dark where the system is, text as text, the same results always the same file.
import { shape, toXML } from '../packages/inspector/src/timeline/shape.ts';
import { documentOf } from '../packages/inspector/src/timeline/svg.ts';
import { textWidth } from '../packages/inspector/src/timeline/text.ts';
import { CONTENDERS, ROWS } from './performance-words.mjs';

const WIDTH = 960;
const MARGIN = 20;
const GAP = 28;
const LABEL = 178;
const VALUE = 64;
const BAR = { height: 12, step: 18 };
const FONT = 11;
/** How many times as long as the longest of Couplet's and the raw bars another one may be; longer ones are cut. */
const MOST = 1.25;
/** The colours of lanes in a timeline; what is no runtime of Couplet's is grey. */
const COLOURS = { node: 'c0', bun: 'c1', deno: 'c2', other: '' };
/** The contenders that a picture leaves out: those that one row has. */
const SPECIAL = new Set(['couplet-decoder', 'couplet-generator', 'couplet-parser', 'couplet-bun-node']);

/** Every picture by the path of its file. */
export function chartsOf(results) {
  const cpu = ['echo', 'lines-1', 'lines-100', 'netstrings', 'int32', 'resp', 'poems', 'fan-out', 'storm', 'bulk'];
  const rates = ['echo', 'lines-100', 'netstrings', 'poems', 'fan-out', 'bulk'];
  const tls = ['tls-handshakes', 'tls-bulk', 'tls-echo', 'tls-lines-100'];
  const connections = { idle: 'memory', storm: 'time' };
  return {
    'docs/pictures/performance-cpu.svg': barsOf(
      'CPU time of the server: shorter is better',
      panelsOf(results, Object.fromEntries(cpu.map((name) => [name, 'cpu']))),
    ),
    'docs/pictures/performance-rates.svg': barsOf(
      'What a server and its load did in a second: longer is better',
      panelsOf(results, Object.fromEntries(rates.map((name) => [name, 'rate']))),
    ),
    'docs/pictures/performance-tls.svg': barsOf(
      'CPU time of the server through TLS: shorter is better',
      panelsOf(results, Object.fromEntries(tls.map((name) => [name, 'cpu']))),
    ),
    'docs/pictures/performance-connections.svg': barsOf(
      'Many connections: shorter is better',
      panelsOf(results, connections),
    ),
    'docs/pictures/performance-growth.svg': linesOf(results),
  };
}

/** What a contender's mark looks like: its colour, and paler where it is not Couplet. */
function look(name) {
  const { runtime } = CONTENDERS[name];
  return { class: `fill ${COLOURS[runtime]}`.trim(), 'fill-opacity': isOwn(name) || runtime === 'other' ? 1 : 0.45 };
}

function isOwn(name) {
  return name.startsWith('couplet');
}

/** The contenders of some rows with one of their figures; a row that was not measured has no panel. */
function panelsOf({ rows }, metrics) {
  return Object.entries(metrics).flatMap(([name, metric]) => {
    const found = rows.find(({ row }) => row.name === name);
    if (found === undefined) return [];
    const { title, digits } = found.row.metrics.find((one) => one.name === metric);
    const bars = Object.keys(CONTENDERS).flatMap((of) => {
      const value = found.summaries.find((summary) => summary.name === of)?.figures[metric];
      const shown = !SPECIAL.has(of) || (name === 'resp' && of !== 'couplet-bun-node');
      return shown && Number.isFinite(value) ? [{ of, value, ends: found.quartiles(of, metric) }] : [];
    });
    return bars.length === 0 ? [] : [{ title: ROWS[name], unit: title, digits, bars }];
  });
}

/** Panels of bars, two beside each other. */
function barsOf(title, panels) {
  const width = (WIDTH - 2 * MARGIN - GAP) / 2;
  const shapes = [shape('text', { class: 'title', x: MARGIN, y: 32 }, title)];
  const names = panels.flatMap(({ bars }) => bars.map(({ of }) => of));
  let y = 48;
  for (let at = 0; at < panels.length; at += 2) {
    const pair = panels.slice(at, at + 2);
    for (const [column, panel] of pair.entries())
      shapes.push(...panelAt(panel, MARGIN + column * (width + GAP), y, width));
    y += Math.max(...pair.map(heightOf));
  }
  return drawn(title, y + 6 + LEGEND, [...shapes, ...legend(y + 4, names)]);
}

function heightOf({ bars }) {
  return 30 + bars.length * BAR.step + 14;
}

function panelAt({ title, unit, digits, bars }, left, top, width) {
  const from = left + LABEL;
  const room = width - LABEL - VALUE;
  const compared = bars.filter(({ of }) => CONTENDERS[of].runtime !== 'other');
  const largest = Math.max(...(compared.length > 0 ? compared : bars).map(({ value }) => value));
  const end = Math.min(Math.max(...bars.flatMap(({ value, ends }) => [value, ends[1]])), MOST * largest);
  const x = (value) => from + (Math.min(value, end) / end) * room;
  // Bold.
  const unitAt = left + textWidth(title, 13) + 10;
  const shapes = [
    shape('text', { class: 'name', x: left, y: top + 16 }, title),
    shape('text', { class: 'small', x: unitAt, y: top + 16 }, unit.replace(/\bus\b/, 'µs')),
  ];
  for (const [place, { of, value, ends }] of bars.entries()) {
    const y = top + 26 + place * BAR.step;
    const middle = y + BAR.height / 2;
    const text = number(value, digits);
    shapes.push(
      shape('text', { class: isOwn(of) ? 'fact' : 'small', x: left, y: y + 10 }, CONTENDERS[of].title),
      shape(
        'rect',
        { ...look(of), x: from, y, width: Math.max(1, x(value) - from), height: BAR.height, rx: 2 },
        shape(
          'title',
          {},
          `${CONTENDERS[of].title}: ${text}; half of the samples ${ends.map((one) => number(one, digits)).join(' to ')}`,
        ),
      ),
    );
    if (value > end) shapes.push(cutAt(from + room - 16, y));
    else shapes.push(shape('path', { class: 'lead', d: `M${at(x(ends[0]))} ${middle}H${at(x(ends[1]))}` }));
    shapes.push(shape('text', { class: 'fact', x: x(Math.max(value, ends[1])) + 6, y: y + 10 }, text));
  }
  return shapes;
}

/** Two gaps in a bar that is too long for its panel. */
function cutAt(x, y) {
  const gap = (from) => `M${from} ${y + BAR.height + 1}l4 ${-BAR.height - 2}h4l-4 ${BAR.height + 2}z`;
  return shape('path', { class: 'ground', d: `${gap(x)}${gap(x + 8)}` });
}

const LEGEND = 26;

/** What the colours mean, of those that are shown. */
function legend(y, shown) {
  const kinds = [
    ['couplet', 'Couplet on Node'],
    ['node', 'raw node:net'],
    ['couplet-bun', 'Couplet on Bun'],
    ['bun', 'raw Bun.listen'],
    ['couplet-deno', 'Couplet on Deno'],
    ['deno', 'raw Deno.listen'],
    ['c', 'others'],
  ].filter(([of]) => shown.some((name) => look(name).class === look(of).class && isOwn(name) === isOwn(of)));
  let x = MARGIN;
  return kinds.flatMap(([of, text]) => {
    const left = x;
    x += 16 + textWidth(text, FONT) + 16;
    return [
      shape('rect', { ...look(of), x: left, y: y + 2, width: 11, height: 11, rx: 2 }),
      shape('text', { class: 'small', x: left + 16, y: y + 12 }, text),
    ];
  });
}

const PLOT = { left: 64, right: 700, top: 60, bottom: 360 };

/** CPU time by the number of connections, a line for each contender. */
function linesOf({ rows }) {
  const title = 'CPU time of a server for a message of 64 bytes, by connections: flat is better';
  const found = rows.find(({ row }) => row.name === 'growth');
  const shown = Object.keys(CONTENDERS).filter((of) => !SPECIAL.has(of));
  const lines = shown.flatMap((of) => {
    const figures = found?.summaries.find(({ name }) => name === of)?.figures;
    if (figures === undefined) return [];
    const points = Object.entries(figures).flatMap(([name, value]) => {
      const [, size] = /^at(\d+)$/.exec(name) ?? [];
      return size !== undefined && Number.isFinite(value) ? [{ size: Number(size), value }] : [];
    });
    return points.length > 1 ? [{ of, points }] : [];
  });
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(({ size }) => size)))].sort((a, b) => a - b);
  const [least = 10, most = 10_000] = [sizes[0], sizes.at(-1)];
  const step = stepOf(Math.max(1, ...lines.flatMap(({ points }) => points.map(({ value }) => value))));
  const top = Math.ceil(Math.max(1, ...lines.flatMap(({ points }) => points.map(({ value }) => value))) / step) * step;
  const x = (size) =>
    PLOT.left +
    ((Math.log10(size) - Math.log10(least)) / (Math.log10(most) - Math.log10(least))) * (PLOT.right - PLOT.left);
  const y = (value) => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
  const shapes = [shape('text', { class: 'title', x: MARGIN, y: 32 }, title)];
  for (let value = 0; value <= top; value += step)
    shapes.push(
      shape('path', { class: 'grid', d: `M${PLOT.left} ${at(y(value))}H${PLOT.right}` }),
      shape('text', { class: 'small', x: PLOT.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, `${value} µs`),
    );
  for (const size of sizes)
    shapes.push(
      shape('path', { class: 'grid', d: `M${at(x(size))} ${PLOT.top}V${PLOT.bottom}` }),
      shape('text', { class: 'small', x: x(size), y: PLOT.bottom + 18, 'text-anchor': 'middle' }, number(size, 0)),
    );
  shapes.push(
    shape(
      'text',
      { class: 'small', x: (PLOT.left + PLOT.right) / 2, y: PLOT.bottom + 36, 'text-anchor': 'middle' },
      'connections',
    ),
  );
  for (const { of, points } of lines) {
    const dashes = isOwn(of) ? {} : { 'stroke-dasharray': '5 4' };
    const stroke = {
      class: look(of).class.replace('fill', 'stroke'),
      ...dashes,
      'stroke-width': isOwn(of) ? 2.5 : 1.5,
    };
    const d = points
      .map(({ size, value }, place) => `${place === 0 ? 'M' : 'L'}${at(x(size))} ${at(y(value))}`)
      .join('');
    shapes.push(shape('path', { ...stroke, fill: 'none', d }, shape('title', {}, CONTENDERS[of].title)));
    for (const { size, value } of points)
      shapes.push(
        shape(
          'circle',
          { ...look(of), 'fill-opacity': 1, cx: x(size), cy: y(value), r: isOwn(of) ? 3.5 : 2.5 },
          shape('title', {}, `${CONTENDERS[of].title}, ${number(size, 0)} connections: ${number(value, 2)} µs`),
        ),
      );
  }
  const ends = lines.map(({ of, points }) => ({ of, ...points.at(-1) })).sort((a, b) => b.value - a.value);
  let below = PLOT.top - 10;
  for (const { of, value } of ends) {
    below = Math.max(y(value) + 4, below + 15);
    const text = `${CONTENDERS[of].title}: ${number(value, 1)} µs`;
    shapes.push(
      shape('path', { class: 'lead', d: `M${PLOT.right + 5} ${at(y(value))}L${PLOT.right + 20} ${at(below - 4)}` }),
      shape('text', { class: isOwn(of) ? 'fact' : 'small', x: PLOT.right + 24, y: below }, text),
    );
  }
  const height = Math.max(PLOT.bottom + 46, below + 12);
  return drawn(title, height + LEGEND, [
    ...shapes,
    // A dashed line has the colour of its runtime, and its name at its end.
    ...legend(height, lines.map(({ of }) => of).filter(isOwn)),
  ]);
}

/** A round step for an axis up to that value. */
function stepOf(value) {
  const rough = value / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power;
}

function number(value, digits) {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A coordinate within a path. */
function at(value) {
  return Math.round(value * 100) / 100;
}

function drawn(title, height, shapes) {
  return `${toXML(documentOf({ width: WIDTH, height: Math.ceil(height), title, shapes, axis: {} }))}\n`;
}
