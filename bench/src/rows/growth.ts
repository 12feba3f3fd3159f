import { noisy, type Row, type Stage } from '../row.ts';
import { Visitor } from '../visitor.ts';

/** How many connections there are, from few to many. */
const sizes = [10, 100, 1000, 10_000];

function visitor(stage: Stage, connections: number): Promise<Visitor> {
  return Visitor.start(stage, {
    start: () => stage.start('echo'),
    load: 'echo',
    options: { connections, size: 64, depth: 1, framing: 0 },
  });
}

export const growth: Row = {
  name: 'growth',
  work: 'echo with 10, 100, 1,000 and 10,000 connections, each number on a server of its own',
  metrics: [
    ...sizes.map((size) => ({ name: `at${size}`, title: `CPU us, ${size}`, digits: 2, compared: false })),
    { name: 'rise', title: '10,000/10', digits: 3, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'rise', peer: 'node', atMost: 1.05 },
    { of: 'couplet-bun', metric: 'rise', peer: 'bun', atMost: 1.05 },
  ],
  rounds: noisy,
  programs: ['echo'],
  long: true,
  narrow: true,
  async begin(stage) {
    const visitors = new Map<number, Visitor>();
    for (const size of sizes) visitors.set(size, await visitor(stage, size));
    let turn = 0;
    return async () => {
      const figures: Record<string, number> = {};
      const all = [...visitors];
      turn += 1;
      for (const [size, one] of turn % 2 === 0 ? all : all.reverse()) figures[`at${size}`] = (await one.visit()).each;
      const { at10 = Number.NaN, at10000 = Number.NaN } = figures;
      return { figures: { ...figures, rise: at10000 / at10 } };
    };
  },
};
