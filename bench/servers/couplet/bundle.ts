// Prints how many bytes programs have once they are bundled: on Node by the bundler that leaves most, on Bun by that of Bun.
import { bunSize, rollupSize } from '../../src/bundlers.ts';
import { bundled, sizesOf } from '../../src/bundles.ts';

const { protocol, echo, serve } = bundled;
const figures: Record<string, number> = {};
for (const [name, { text }] of Object.entries({ protocol, echo, serve })) {
  if ('Bun' in globalThis) figures[name] = await bunSize(text);
  else {
    const { esbuild, rolldown } = await sizesOf(text);
    figures[name] = Math.max(esbuild, rolldown, await rollupSize(text));
  }
}
console.log(JSON.stringify(figures));
