import type { Row } from '../row.ts';

export const startUp: Row = {
  name: 'start-up',
  work: `import 'couplet', as it is built, in a fresh process, less what an empty program costs`,
  metrics: [
    { name: 'nothing', title: 'CPU ms, empty', digits: 1, compared: false },
    { name: 'couplet', title: 'CPU ms, import', digits: 1, compared: false },
    { name: 'less', title: 'CPU ms less', digits: 1, compared: false },
  ],
  goals: [{ of: 'couplet', metric: 'less', atMost: 40 }],
  rounds: { quick: 15, full: 25 },
  programs: ['start-up'],
  begin: async (stage) => () => stage.apart(async (own) => ({ figures: await own.play('start-up') })),
};
