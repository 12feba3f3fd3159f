import { quietPorts } from '../ports.ts';
import { microsecondsEach, type Row, type Server, type Stage } from '../row.ts';

const bytes = 3003;

const options = { concurrency: 50, bytes };
/** By then the runtimes have compiled what they will: their own threads' work counts as the server's. */
const warmup = 30_000;

function start(stage: Stage): Promise<Server> {
  return stage.start('poems', String(bytes));
}

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
    const server = await start(stage);
    const window = await stage.load('poems', server, {
      ...options,
      warmup,
      count: stage.quick ? 10_000 : 20_000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
  visits: { start, load: 'poems', options, warmup },
};
