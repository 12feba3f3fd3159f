import { microsecondsEach, type Row } from '../row.ts';

export const storm: Row = {
  name: 'storm',
  work: '5,000 connects at once, until each has its line',
  metrics: [
    { name: 'time', title: 'ms', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/connection', digits: 1, compared: true },
  ],
  goals: [{ of: 'couplet', metric: 'time', atMost: 500 }],
  rounds: { quick: 3, full: 7 },
  programs: ['storm'],
  async measure(stage) {
    const server = await stage.start('storm');
    const window = await stage.load('storm', server, { warmup: 500, count: 5000 });
    return { figures: { time: window.seconds * 1000, cpu: microsecondsEach(window) } };
  },
};
