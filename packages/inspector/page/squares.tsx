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
  useEffect(() => {
    if (canvas.current !== null && legend.current !== null && width > 0)
      draw(canvas.current, legend.current, letters, width);
  }, [letters, width, scheme]);
  const text = WAITS.filter(({ name }) => (many.get(name) ?? 0) > 0)
    .map(({ name }) => `${say(`waits.${name}`)} ${many.get(name)}`)
    .join(', ');
  return (
    <div class="squares">
      <canvas ref={canvas} role="img" aria-label={`${say('squares')}: ${text}`} title={say('squares')} />
      <p class="legend" ref={legend}>
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

/**
 * Draws all squares: a tile of each kind is drawn once, and its pixels are copied. Ten thousand calls of the canvas would cost more than a
 * frame may.
 */
function draw(canvas: HTMLCanvasElement, legend: HTMLElement, letters: string, width: number): void {
  const side = Math.round((SIDES.find(({ most }) => letters.length <= most)?.side ?? 8) * devicePixelRatio);
  const columns = Math.max(1, Math.floor((width * devicePixelRatio) / side));
  const rows = Math.ceil(letters.length / columns);
  canvas.width = columns * side;
  canvas.height = rows * side;
  canvas.style.width = `${canvas.width / devicePixelRatio}px`;
  canvas.style.height = `${canvas.height / devicePixelRatio}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const tiles = tilesOf(legend, side);
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < letters.length; at += 1) {
    const tile = tiles.get(letters[at] ?? '');
    if (tile === undefined) continue;
    const corner = Math.floor(at / columns) * side * canvas.width + (at % columns) * side;
    for (let y = 0; y < side; y += 1) pixels.set(tile.subarray(y * side, (y + 1) * side), corner + y * canvas.width);
  }
  context.putImageData(image, 0, 0);
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
