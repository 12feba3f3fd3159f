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
  rounds: { quick: 2, full: 7 },
  programs: ['poems'],
  async measure(stage) {
    // A quick run has no time for it: the connections of all contenders are more than can be waited for.
    if (!stage.quick) await quietPorts(2);
    const server = await stage.start('poems', String(bytes));
    const window = await stage.load('poems', server, {
      concurrency: 50,
      bytes,
      // So many that the runtimes have compiled what they will: its own threads' work counts as the server's.
      warmup: 30_000,
      count: stage.quick ? 10_000 : 20_000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
};
