import { type Goal, microsecondsEach, type Row } from '../row.ts';

/** The codes of `load/echo.c`. */
const framings = { lines: 0, netstrings: 1, int32: 2 };

/** A frame with its delimiter or length. */
const size = 32;

/** Echo frame by frame: each connection sends `depth` frames of 32 bytes in one write and waits until all are back. */
function framed(name: string, program: keyof typeof framings, depth: number, goals: readonly Goal[]): Row {
  const options = { connections: 50, size, depth, framing: framings[program] };
  return {
    name,
    work: `${program} of ${size} bytes, 50 connections, ${depth === 1 ? 'one' : depth} in flight`,
    metrics: [
      { name: 'rate', title: 'frames/s', digits: 0, compared: false },
      { name: 'cpu', title: 'CPU us/frame', digits: 3, compared: true },
    ],
    goals,
    // Without a goal one round says enough in a quick run.
    rounds: { quick: goals.length > 0 ? 2 : 1, full: 7 },
    programs: [program],
    async measure(stage) {
      const server = await stage.start(program);
      const window = await stage.load('echo', server, {
        ...options,
        warmupMs: stage.quick ? 200 : 500,
        measureMs: stage.quick ? 300 : 1000,
      });
      return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
    },
    visits: { start: (stage) => stage.start(program), load: 'echo', options },
  };
}

/** A share of a peer's CPU time: 0.04 is 25 times as many frames in the same time. */
function share(of: string, peer: string, atMost: number): Goal {
  return { of, metric: 'cpu', peer, atMost };
}

const couplets = ['couplet', 'couplet-text'];

/** Lines one at a time, some, and many: system calls are what counts at first, framing at last. */
export const lines: readonly Row[] = [
  framed(
    'lines-1',
    'lines',
    1,
    couplets.map((of) => share(of, 'node', 1)),
  ),
  framed('lines-16', 'lines', 16, []),
  framed(
    'lines-100',
    'lines',
    100,
    couplets.flatMap((of) => [
      share(of, 'readline', 1 / 25),
      share(of, 'split2', 1 / 25),
      share(of, 'twisted', 1 / 5),
      share(of, 'go', 2),
    ]),
  ),
];

/** Netstrings, many at a time. */
export const netstrings: Row = framed('netstrings', 'netstrings', 100, [share('couplet', 'twisted', 1 / 5)]);

/** Strings after a length of four bytes, many at a time. */
export const int32: Row = framed('int32', 'int32', 100, [share('couplet', 'twisted', 1 / 5)]);
