import { quietPorts } from '../ports.ts';
import { noisy, type Row, type Stage } from '../row.ts';
import { Visitor } from '../visitor.ts';
import { echo } from './echo.ts';
import { poems } from './poems.ts';

/** How the reactor is watched. Each is a server of its own, since what was observed once may stay slower. */
const WATCHES = ['alone', 'inspected', 'recorded'] as const;

type Watch = (typeof WATCHES)[number];

/** What is served, and what asks for it. */
interface Work {
  readonly name: 'echo' | 'poems';
  readonly work: string;
  readonly load: string;
  /** The size of a poem. */
  readonly bytes: number;
  readonly options: Readonly<Record<string, number>>;
  readonly warmup?: number;
}

function observed({ name, work, load, bytes, options, warmup }: Work): Row {
  const start = (stage: Stage, watch: Watch): Promise<Visitor> =>
    Visitor.start(stage, {
      start: () => stage.start('observed', name, watch, String(bytes)),
      load,
      options,
      ...(warmup === undefined ? {} : { warmup }),
    });
  return {
    name: `observed-${name}`,
    work: `${work}; nothing observes, an inspector is attached, it records; each on a server of its own`,
    metrics: [
      ...WATCHES.map((watch) => ({ name: watch, title: `CPU us, ${watch}`, digits: 2, compared: false })),
      { name: 'attached', title: 'inspected/alone', digits: 3, compared: false },
      { name: 'recording', title: 'recorded/alone', digits: 3, compared: false },
    ],
    goals: [
      { of: 'couplet', metric: 'attached', atMost: 1.03 },
      { of: 'couplet', metric: 'recording', atMost: 1.08 },
    ],
    rounds: noisy,
    programs: ['observed'],
    narrow: true,
    long: true,
    async begin(stage) {
      // Three times as many connections as the row of poems has.
      if (name === 'poems' && !stage.quick) await quietPorts(6);
      const visitors: (readonly [Watch, Visitor])[] = [];
      for (const watch of WATCHES) visitors.push([watch, await start(stage, watch)]);
      let turn = 0;
      return async () => {
        const figures: Record<string, number> = {};
        turn += 1;
        for (const [watch, one] of turn % 2 === 0 ? visitors : visitors.toReversed())
          figures[watch] = (await one.visit()).each;
        const { alone = Number.NaN, inspected = Number.NaN, recorded = Number.NaN } = figures;
        return { figures: { ...figures, attached: inspected / alone, recording: recorded / alone } };
      };
    },
  };
}

/** What it costs to be watched, per message and per connection. */
export const observedRows: readonly Row[] = [
  observed({
    name: 'echo',
    work: echo.work,
    load: 'echo',
    bytes: 0,
    options: { connections: 50, size: 64, depth: 1, framing: 0 },
  }),
  observed({
    name: 'poems',
    work: poems.work,
    load: 'poems',
    bytes: 3003,
    options: { concurrency: 50, bytes: 3003 },
    warmup: 30_000,
  }),
];
