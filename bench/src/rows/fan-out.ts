import { microsecondsEach, type Row } from '../row.ts';

const receivers = 1000;
const size = 64;

export const fanOut: Row = {
  name: 'fan-out',
  work: `one connection sends messages of ${size} bytes to ${receivers.toLocaleString('en-US')} others`,
  metrics: [
    { name: 'rate', title: 'deliveries/s', digits: 0, compared: false },
    { name: 'cpu', title: 'CPU us/delivery', digits: 2, compared: true },
  ],
  goals: [{ of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1 }],
  rounds: { quick: 2, full: 7 },
  programs: ['fanout'],
  async measure(stage) {
    const server = await stage.start('fanout');
    const window = await stage.load('fanout', server, {
      receivers,
      size,
      warmupMs: stage.quick ? 300 : 500,
      measureMs: stage.quick ? 400 : 1000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
};
