import type { Goal, Metric, Row } from '../row.ts';

const framings = ['lines', 'netstrings', 'int32'];

function goals(of: string, framed: readonly string[]): Goal[] {
  return framed.map((framing) => ({ of, metric: `${framing}Doubling`, atMost: 2.2, steady: true }));
}

export const byteByByte: Row = {
  name: 'byte-by-byte',
  work: 'a frame of 1 MB handed to its receiver byte by byte, and what that costs of one of 512 KB; no network',
  metrics: [
    ...framings.map((framing): Metric => ({ name: framing, title: `${framing} ns/byte`, digits: 0, compared: false })),
    ...framings.map(
      (framing): Metric => ({ name: `${framing}Doubling`, title: `${framing} x2`, digits: 2, compared: false }),
    ),
  ],
  goals: [...goals('couplet', framings), ...goals('couplet-text', ['lines']), ...goals('couplet-bun', framings)],
  // In a full run each is the median of three.
  rounds: { quick: 1, full: 5 },
  programs: ['bytewise'],
  narrow: true,
  begin: async (stage) => async () => ({ figures: await stage.play('bytewise', stage.quick ? '1' : '3') }),
};
