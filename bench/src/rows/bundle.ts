import { bundled } from '../bundles.ts';
import type { Row } from '../row.ts';

const { protocol, echo, serve } = bundled;

export const bundle: Row = {
  name: 'bundle',
  work: 'bytes of programs with the package as it is built, minified: the most that esbuild, rollup and rolldown leave; on Bun by bun build',
  metrics: Object.entries({ protocol, echo, serve }).map(([name, program]) => ({
    name,
    title: program.name,
    digits: 0,
    compared: false,
  })),
  goals: [
    ...['couplet', 'couplet-bun'].flatMap((of) => [
      { of, metric: 'protocol', atMost: 1000, steady: true },
      { of, metric: 'echo', atMost: 60_000, steady: true },
      { of, metric: 'serve', atMost: 80_000, steady: true },
    ]),
  ],
  rounds: { quick: 1, full: 1 },
  programs: ['bundle'],
  begin: async (stage) => async () => ({ figures: await stage.play('bundle') }),
};
