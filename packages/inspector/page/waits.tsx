import type { WaitsFor } from 'couplet';
import { say } from './words.ts';

/** What a connection can wait for, with its letter in the squares of a frame and its pattern, five by five, so that colour never speaks alone. */
export const WAITS: readonly { readonly name: WaitsFor; readonly letter: string; readonly pattern: string }[] = [
  { name: 'nothing', letter: 'n', pattern: '.....,.....,..#..,.....,.....' },
  { name: 'paused', letter: 'p', pattern: '.#.#.,.#.#.,.#.#.,.#.#.,.#.#.' },
  { name: 'promise', letter: 'e', pattern: '..#..,..#..,..##.,.....,..#..' },
  { name: 'peer', letter: 'r', pattern: '#####,#####,#####,#####,#####' },
  { name: 'handshake', letter: 'h', pattern: '#...#,.#.#.,..#..,.#.#.,#...#' },
  { name: 'admission', letter: 'a', pattern: '#####,#...#,#...#,#...#,#####' },
];

/** The dots of a pattern: column and row of each. */
export function dotsOf(pattern: string): [x: number, y: number][] {
  return pattern
    .split(',')
    .flatMap((line, y) => [...line].flatMap((dot, x): [number, number][] => (dot === '#' ? [[x, y]] : [])));
}

/** The pattern of what a connection waits for, and the word. */
export function Waits({ name, many }: { readonly name: WaitsFor; readonly many?: string }) {
  const pattern = WAITS.find((one) => one.name === name)?.pattern ?? '';
  return (
    <span class={`waits w-${name}`} title={say(`means.${name}`)}>
      <svg viewBox="-1 -1 7 7" aria-hidden="true">
        {dotsOf(pattern).map(([x, y]) => (
          <rect key={`${x} ${y}`} x={x} y={y} width="1" height="1" />
        ))}
      </svg>
      {say(`waits.${name}`)}
      {many !== undefined && <b class="number">{many}</b>}
    </span>
  );
}
