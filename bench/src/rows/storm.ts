import { noisy, type Row } from '../row.ts';
import { Visitor } from '../visitor.ts';

/** The number that the goal is about. */
const all = 5000;

export const storm: Row = {
  name: 'storm',
  work: '5,000 (quick and short: 2,500, and twice the time) connects at once, until each has its line',
  metrics: [
    { name: 'time', title: 'ms', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/connection', digits: 1, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'time', atMost: 500 },
    { of: 'couplet-bun', metric: 'time', atMost: 250 },
  ],
  rounds: noisy,
  programs: ['storm'],
  async begin(stage) {
    const count = stage.quick ? all / 2 : all;
    const visitor = await Visitor.start(stage, {
      start: () => stage.start('storm'),
      load: 'storm',
      options: { count },
      warmup: 30_000,
    });
    return async () => {
      const { window, each } = await visitor.visit();
      return { figures: { time: (window.seconds * 1000 * all) / count, cpu: each }, busy: window };
    };
  },
};
