import { noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

const receivers = 1000;
const size = 64;

export const fanOut: Row = {
  name: 'fan-out',
  work: `one connection sends messages of ${size} bytes to ${receivers.toLocaleString('en-US')} others`,
  metrics: [
    { name: 'rate', title: 'deliveries/s', digits: 0, compared: false },
    { name: 'cpu', title: 'CPU us/delivery', digits: 2, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1 },
    { of: 'couplet-native', metric: 'cpu', peer: 'node-26', atMost: 0.85 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
  ],
  rounds: noisy,
  programs: ['fanout'],
  begin: sliced({ start: (stage) => stage.start('fanout'), load: 'fanout', options: { receivers, size } }),
};
