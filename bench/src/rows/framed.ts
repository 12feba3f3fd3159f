import { type Goal, noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

/** The codes of `load/echo.c`. */
const framings = { lines: 0, netstrings: 1, int32: 2 };

/** A frame with its delimiter or length. */
const size = 32;

/** Echo frame by frame: each connection sends `depth` frames of 32 bytes in one write and waits until all are back. */
function framed(name: string, program: keyof typeof framings, depth: number, goals: readonly Goal[]): Row {
  return {
    name,
    work: `${program} of ${size} bytes, 50 connections, ${depth === 1 ? 'one' : depth} in flight`,
    metrics: [
      { name: 'rate', title: 'frames/s', digits: 0, compared: false },
      { name: 'cpu', title: 'CPU us/frame', digits: 3, compared: true },
    ],
    goals,
    rounds: noisy,
    programs: [program],
    begin: sliced({
      start: (stage) => stage.start(program),
      load: 'echo',
      options: { connections: 50, size, depth, framing: framings[program] },
    }),
  };
}

/** CPU time by that of a peer: 0.04 is 25 times as many frames in the same time. */
function byPeer(of: string, peer: string, atMost: number): Goal {
  return { of, metric: 'cpu', peer, atMost };
}

/** Of the older ways to do it on Node, and of Twisted; and Go's CPU time, which is to be so much of ours. */
function shares(of: string, ofGo: number): Goal[] {
  return [
    byPeer(of, 'readline', 1 / 25),
    byPeer(of, 'split2', 1 / 25),
    byPeer(of, 'twisted', 1 / 5),
    byPeer(of, 'go', 1 / ofGo),
  ];
}

/** Lines one at a time, some, and many: system calls are what counts at first, framing at last. */
export const lines: readonly Row[] = [
  framed('lines-1', 'lines', 1, [
    byPeer('couplet', 'node', 1),
    byPeer('couplet-text', 'node', 1),
    byPeer('couplet-bun', 'bun', 1.1),
  ]),
  framed('lines-16', 'lines', 16, []),
  framed('lines-100', 'lines', 100, [
    ...shares('couplet', 0.45),
    ...shares('couplet-text', 0.55),
    byPeer('couplet-bun', 'go', 1 / 0.5),
    byPeer('couplet-bun-text', 'go', 1 / 0.7),
  ]),
];

const goals: readonly Goal[] = [byPeer('couplet', 'node', 1), byPeer('couplet', 'twisted', 1 / 5)];

/** Netstrings, many at a time. */
export const netstrings: Row = framed('netstrings', 'netstrings', 100, goals);

/** Strings after a length of four bytes, many at a time. */
export const int32: Row = framed('int32', 'int32', 100, goals);
