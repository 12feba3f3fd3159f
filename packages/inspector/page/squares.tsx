import type { WaitsFor } from 'couplet';
import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from './format.ts';
import { useWidth } from './use-width.ts';
import { dotsOf, WAITS, Waits } from './waits.tsx';
import { say } from './words.ts';

/** The side of a square in pixels of the page, gap included, for as many squares. */
const SIDES = [
  { most: 400, side: 18 },
  { most: 2000, side: 12 },
  { most: Number.POSITIVE_INFINITY, side: 8 },
] as const;

/** A square for each connection, coloured and patterned by what it waits for, and a legend with how many there are of each. */
export function Squares({ letters }: { readonly letters: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<HTMLParagraphElement>(null);
  const width = useWidth(canvas);
  const many = counts(letters);
  const scheme = useSchemeCount();
  const drawn = useRef<Drawn>(undefined);
  useEffect(() => {
    if (canvas.current !== null && legend.current !== null && width > 0)
      drawn.current = draw(canvas.current, legend.current, letters, width, scheme, drawn.current);
  }, [letters, width, scheme]);
  const text = WAITS.filter(({ name }) => (many.get(name) ?? 0) > 0)
    .map(({ name }) => `${say(`waits.${name}`)} ${many.get(name)}`)
    .join(', ');
  return (
    <div class="squares">
      <canvas ref={canvas} role="img" aria-label={`${say('squares')}: ${text}`} title={say('squares')} />
      <p class="legend" ref={legend}>
        {say('waits')}
        {WAITS.map(({ name }) => (
          <Waits key={name} name={name} many={count(many.get(name) ?? 0)} />
        ))}
      </p>
    </div>
  );
}

function counts(letters: string): Map<WaitsFor, number> {
  const many = new Map<string, number>();
  for (const letter of letters) many.set(letter, (many.get(letter) ?? 0) + 1);
  return new Map(WAITS.map(({ name, letter }) => [name, many.get(letter) ?? 0]));
}

/** What was drawn last. */
interface Drawn {
  readonly key: string;
  readonly tiles: ReadonlyMap<string, Uint32Array>;
  readonly image: ImageData;
  letters: string;
}

/**
 * Draws the squares that differ from those drawn last: a tile of each kind is drawn once, and its pixels are copied. Ten thousand calls of
 * the canvas would cost more than a frame may.
 */
function draw(
  canvas: HTMLCanvasElement,
  legend: HTMLElement,
  letters: string,
  wide: number,
  scheme: string,
  last?: Drawn,
) {
  const side = Math.round((SIDES.find(({ most }) => letters.length <= most)?.side ?? 8) * devicePixelRatio);
  const columns = Math.max(1, Math.floor((wide * devicePixelRatio) / side));
  const [width, height] = [columns * side, Math.ceil(letters.length / columns) * side];
  const context = canvas.getContext('2d');
  if (context === null) return last;
  const key = `${width} ${height} ${side} ${scheme}`;
  let drawn = last;
  if (drawn?.key !== key) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${width / devicePixelRatio}px`;
    canvas.style.height = `${height / devicePixelRatio}px`;
    drawn = { key, tiles: tilesOf(legend, side), image: context.createImageData(width, height), letters: '' };
  }
  const pixels = new Uint32Array(drawn.image.data.buffer);
  const most = Math.max(letters.length, drawn.letters.length);
  for (let at = 0; at < most; at += 1) {
    if (letters[at] === drawn.letters[at]) continue;
    const corner = Math.floor(at / columns) * side * width + (at % columns) * side;
    copy(drawn.tiles.get(letters[at] ?? ''), side, pixels, corner, width);
  }
  drawn.letters = letters;
  context.putImageData(drawn.image, 0, 0);
  return drawn;
}

/** Copies a tile, or nothing, into a picture of that width. */
function copy(tile: Uint32Array | undefined, side: number, pixels: Uint32Array, corner: number, width: number): void {
  for (let y = 0; y < side; y += 1) {
    const line = corner + y * width;
    for (let x = 0; x < side; x += 1) pixels[line + x] = tile?.[y * side + x] ?? 0;
  }
}

/** The pixels of a square of each kind, in the colours of the legend. */
function tilesOf(legend: HTMLElement, side: number): Map<string, Uint32Array> {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const tiles = new Map<string, Uint32Array>();
  if (context === null) return tiles;
  const gap = Math.max(1, Math.round(side / 12));
  const dot = (side - gap) / 7;
  for (const { name, letter, pattern } of WAITS) {
    const item = legend.querySelector(`.w-${name}`);
    if (item === null) continue;
    const style = getComputedStyle(item);
    context.clearRect(0, 0, side, side);
    context.fillStyle = style.backgroundColor;
    context.fillRect(0, 0, side - gap, side - gap);
    context.fillStyle = style.color;
    for (const [x, y] of dotsOf(pattern)) context.fillRect((x + 1) * dot, (y + 1) * dot, dot, dot);
    tiles.set(letter, new Uint32Array(context.getImageData(0, 0, side, side).data.buffer));
  }
  return tiles;
}

/** A number that changes with the colour scheme. */
function useSchemeCount(): string {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setChanges((before) => before + 1);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return `${document.documentElement.getAttribute('data-scheme')} ${changes}`;
}
