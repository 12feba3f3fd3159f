import { noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

export const echo: Row = {
  name: 'echo',
  work: '50 connections, 64-byte messages, one in flight',
  metrics: [
    { name: 'rate', title: 'messages/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/message', digits: 2, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.03 },
    { of: 'couplet-native', metric: 'cpu', peer: 'node-26', atMost: 0.82 },
    { of: 'couplet-native', metric: 'cpu', peer: 'c', atMost: 1.25 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'c', atMost: 1.15 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'couplet-bun-node', atMost: 1 },
  ],
  rounds: noisy,
  programs: ['echo'],
  begin: sliced({
    start: (stage) => stage.start('echo'),
    load: 'echo',
    options: { connections: 50, size: 64, depth: 1, framing: 0 },
  }),
};
