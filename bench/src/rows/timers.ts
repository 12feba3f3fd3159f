import { microsecondsEach, type Row } from '../row.ts';

const deadlines = 100_000;

export const timers: Row = {
  name: 'timers',
  work: `echo as above; each message moves one of ${deadlines.toLocaleString('en-US')} deadlines of 10 s in turn`,
  metrics: [
    { name: 'bare', title: 'CPU us/message without', digits: 2, compared: false },
    { name: 'moved', title: 'CPU us/message with', digits: 2, compared: false },
    { name: 'cost', title: 'with/without', digits: 3, compared: false },
  ],
  // No more than the noise.
  goals: [{ of: 'couplet', metric: 'cost', atMost: 1.05 }],
  rounds: { quick: 2, full: 7 },
  programs: ['timers'],
  async measure(stage) {
    const cost = async (armed: number): Promise<number> => {
      const server = await stage.start('timers', String(armed));
      const window = await stage.load('echo', server, {
        connections: 50,
        size: 64,
        depth: 1,
        framing: 0,
        // By then the collector has moved the deadlines to where they stay.
        warmupMs: 600,
        measureMs: stage.quick ? 500 : 1500,
      });
      return microsecondsEach(window);
    };
    const bare = await cost(0);
    const moved = await cost(deadlines);
    return { figures: { bare, moved, cost: moved / bare } };
  },
};
