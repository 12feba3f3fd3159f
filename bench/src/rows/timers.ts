import { noisy, type Row, type Stage } from '../row.ts';
import { type Visit, Visitor } from '../visitor.ts';

const deadlines = 100_000;

function visitor(stage: Stage, armed: number): Promise<Visitor> {
  return Visitor.start(stage, {
    start: () => stage.start('timers', String(armed)),
    load: 'echo',
    options: { connections: 50, size: 64, depth: 1, framing: 0 },
  });
}

export const timers: Row = {
  name: 'timers',
  work: `echo as above; each message moves one of ${deadlines.toLocaleString('en-US')} deadlines of 10 s in turn`,
  metrics: [
    { name: 'bare', title: 'CPU us/message without', digits: 2, compared: false },
    { name: 'moved', title: 'CPU us/message with', digits: 2, compared: false },
    { name: 'cost', title: 'with/without', digits: 3, compared: false },
  ],
  // No more than the noise.
  goals: [
    { of: 'couplet', metric: 'cost', atMost: 1.05 },
    { of: 'couplet-bun', metric: 'cost', atMost: 1.05 },
  ],
  rounds: noisy,
  programs: ['timers'],
  narrow: true,
  async begin(stage) {
    const [without, armed] = [await visitor(stage, 0), await visitor(stage, deadlines)];
    let turn = 0;
    return async () => {
      const early = turn++ % 2 === 0 ? await without.visit() : undefined;
      const moved = await armed.visit();
      const bare: Visit = early ?? (await without.visit());
      return { figures: { bare: bare.each, moved: moved.each, cost: moved.each / bare.each }, busy: moved.window };
    };
  },
};
