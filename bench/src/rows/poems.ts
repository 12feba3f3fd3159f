import { quietPorts } from '../ports.ts';
import { microsecondsEach, type Row } from '../row.ts';

const bytes = 3003;

export const poems: Row = {
  name: 'poems',
  work: `connect, a poem of ${bytes} bytes, close; 50 at a time`,
  metrics: [
    { name: 'rate', title: 'poems/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/poem', digits: 1, compared: true },
  ],
  goals: [{ of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.05 }],
  rounds: { quick: 3, full: 7 },
  programs: ['poems'],
  async measure(stage) {
    await quietPorts(stage.quick ? 2 : 60);
    const server = await stage.start('poems', String(bytes));
    const window = await stage.load('poems', server, {
      concurrency: 50,
      bytes,
      warmup: 2000,
      count: stage.quick ? 3000 : 6000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
};
