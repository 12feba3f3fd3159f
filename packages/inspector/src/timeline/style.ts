/** How many colours lanes have; then they begin again. */
export const COLOURS = 6;

const LIGHT = [
  '--ground:#fff;--ink:#1f2328;--muted:#59636e;--line:#d8dee4;--track:#f6f8fa;--hatch:#b9c3cd;--red:#c4232d;--on:#fff',
  '--c0:#2564b0;--c1:#a85400;--c2:#23744a;--c3:#7446b0;--c4:#0b6f7a;--c5:#a92f70',
];
const DARK = [
  '--ground:#0d1117;--ink:#e6edf3;--muted:#9aa4af;--line:#30363d;--track:#151b23;--hatch:#4a545f;--red:#ff8178;--on:#0d1117',
  '--c0:#79b8ff;--c1:#f2a65a;--c2:#6fcf97;--c3:#bd9cf5;--c4:#5cc8d2;--c5:#f28cc0',
];
/** With quotes that XML need not escape. */
const FONTS =
  "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";

/** Where the styles hold: the class of the root of a drawing. */
export const ROOT = 'couplet-timeline';

/**
 * The styles of a drawing. The colours are custom properties of `.couplet-timeline`: light ones, and dark ones where the system is dark. A
 * page with a choice of its own sets them again.
 */
export const TIMELINE_STYLES: string = [
  `.${ROOT}{${LIGHT.join(';')};font:12px ${FONTS};font-variant-numeric:tabular-nums}`,
  `@media(prefers-color-scheme:dark){.${ROOT}{${DARK.join(';')}}}`,
  `.${ROOT} text{fill:var(--ink)}`,
  rule('.ground', 'fill:var(--ground)'),
  rule('.frame', 'fill:none;stroke:var(--line)'),
  rule('.track', 'fill:var(--track)'),
  rule('.grid', 'stroke:var(--line);fill:none'),
  rule('text.small', 'font-size:11px;fill:var(--muted)'),
  rule('text.fact', 'font-size:11px'),
  rule('text.name', 'font-weight:600'),
  rule('text.title', 'font-size:15px;font-weight:600'),
  rule('text.failure', 'fill:var(--red);font-weight:600'),
  rule('text.number', 'font-size:11px;font-weight:600;fill:var(--on);text-anchor:middle'),
  rule(
    'text.word',
    'font-size:11px;text-anchor:middle;paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round',
  ),
  rule('text.on', 'fill:var(--on);stroke:none;font-weight:600'),
  rule('.timed *', 'vector-effect:non-scaling-stroke'),
  rule('.pending', 'stroke:var(--muted);stroke-dasharray:2 4;fill:none'),
  rule('.connecting', 'fill-opacity:.45'),
  rule('.chunk', 'fill:none'),
  rule('.callback', 'fill:none;stroke-width:.75'),
  rule('.end', 'fill:none;stroke-width:2'),
  rule('.held', 'fill:var(--red);stroke:var(--red)'),
  rule('.lens', 'fill:var(--ink);fill-opacity:.06'),
  rule('.lead', 'stroke:var(--muted);stroke-width:.75;fill:none'),
  rule('.hatch', 'stroke:var(--hatch);stroke-width:1.2'),
  rule('.tint', 'stroke-opacity:.4;stroke-width:1.2'),
  rule('.dense', 'stroke:var(--muted);stroke-width:1.4'),
  rule('.wash', 'fill-opacity:.13'),
  ...Array.from({ length: COLOURS }, (_, at) => `.${ROOT} .c${at}{--c:var(--c${at})}`),
  rule('.fill', 'fill:var(--c,var(--muted))'),
  rule('.stroke', 'stroke:var(--c,var(--muted))'),
].join('\n');

/** The custom properties of the dark scheme, for a page that sets it by itself. */
export const DARK_COLOURS: string = DARK.join(';');

/** The custom properties of the light scheme. */
export const LIGHT_COLOURS: string = LIGHT.join(';');

function rule(selectors: string, declarations: string): string {
  return `${selectors
    .split(',')
    .map((selector) => `.${ROOT} ${selector}`)
    .join(',')}{${declarations}}`;
}

/** The class of the colour of a lane. */
export function colourOf(place: number): string {
  return `c${place % COLOURS}`;
}
