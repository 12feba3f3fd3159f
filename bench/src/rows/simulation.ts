import type { Row } from '../row.ts';

export const simulation: Row = {
  name: 'simulation',
  work: '2,000 seeds of the rough profile: an echo server, three clients that ask for ten lines and connect again; no network',
  metrics: [
    { name: 'happenings', title: 'happenings/CPU s', digits: 0, compared: false },
    { name: 'speedup', title: 'times real time', digits: 0, compared: false },
    { name: 'seconds', title: 'CPU s', digits: 2, compared: false },
  ],
  goals: [{ of: 'couplet', metric: 'seconds', atMost: 60 }],
  rounds: { quick: 1, full: 5 },
  programs: ['simulation'],
  async measure(stage) {
    return { figures: await stage.play('simulation') };
  },
};
