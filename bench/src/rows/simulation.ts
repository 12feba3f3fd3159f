import type { Row } from '../row.ts';

/** The number that the goal is about. */
const all = 2000;

export const simulation: Row = {
  name: 'simulation',
  work: '2,000 (quick and short: 250) seeds of the rough profile: an echo server, three clients that ask for ten lines and connect again; no network',
  metrics: [
    { name: 'happenings', title: 'happenings/CPU s', digits: 0, compared: false },
    { name: 'speedup', title: 'times real time', digits: 0, compared: false },
    { name: 'seconds', title: 'CPU s/2,000 seeds', digits: 2, compared: false },
  ],
  goals: [{ of: 'couplet', metric: 'seconds', atMost: 60, steady: true }],
  rounds: { quick: 1, full: 5 },
  programs: ['simulation'],
  narrow: true,
  begin: async (stage) => async () => {
    const seeds = stage.quick ? all / 8 : all;
    const { seconds = Number.NaN, ...figures } = await stage.play('simulation', String(seeds));
    return { figures: { ...figures, seconds: (seconds * all) / seeds } };
  },
};
