import { quietPorts } from '../ports.ts';
import { noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

const bytes = 3003;

export const poems: Row = {
  name: 'poems',
  work: `connect, a poem of ${bytes} bytes, close; 50 at a time`,
  metrics: [
    { name: 'rate', title: 'poems/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/poem', digits: 1, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.05 },
    { of: 'couplet-native', metric: 'cpu', peer: 'node-26', atMost: 0.78 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'c', atMost: 1.3 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'couplet-bun-node', atMost: 0.85 },
  ],
  rounds: noisy,
  programs: ['poems'],
  begin: sliced({
    async start(stage) {
      // A quick run has no time for it: the connections of all contenders are more than can be waited for.
      if (!stage.quick) await quietPorts(2);
      return stage.start('poems', String(bytes));
    },
    load: 'poems',
    options: { concurrency: 50, bytes },
    // By then the runtimes have compiled what they will: their own threads' work counts as the server's.
    warmup: 30_000,
  }),
};
