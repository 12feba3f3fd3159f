import { microsecondsEach, type Row } from '../row.ts';

const options = { connections: 50, size: 64, depth: 1, framing: 0 };

export const echo: Row = {
  name: 'echo',
  work: '50 connections, 64-byte messages, one in flight',
  metrics: [
    { name: 'rate', title: 'messages/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/message', digits: 2, compared: true },
  ],
  goals: [{ of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.03 }],
  rounds: { quick: 3, full: 13 },
  programs: ['echo'],
  async measure(stage) {
    const server = await stage.start('echo');
    const window = await stage.load('echo', server, {
      ...options,
      warmupMs: stage.quick ? 300 : 500,
      measureMs: stage.quick ? 600 : 1500,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
  visits: { start: (stage) => stage.start('echo'), load: 'echo', options },
};
