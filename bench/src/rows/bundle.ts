import { bundled } from '../bundles.ts';
import type { Row } from '../row.ts';

const { protocol, echo, serve } = bundled;

export const bundle: Row = {
  name: 'bundle',
  work: 'bytes of programs with the package as it is built, bundled and minified by esbuild and rolldown: whichever is more',
  metrics: Object.entries({ protocol, echo, serve }).map(([name, program]) => ({
    name,
    title: program.name,
    digits: 0,
    compared: false,
  })),
  goals: [
    { of: 'couplet', metric: 'protocol', atMost: 1000, steady: true },
    { of: 'couplet', metric: 'echo', atMost: 60_000, steady: true },
    { of: 'couplet', metric: 'serve', atMost: 80_000, steady: true },
  ],
  rounds: { quick: 1, full: 1 },
  programs: ['bundle'],
  begin: async (stage) => async () => ({ figures: await stage.play('bundle') }),
};
