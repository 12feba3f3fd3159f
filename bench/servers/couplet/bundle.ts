// Prints how many bytes programs have once they are bundled, by the bundler that leaves more.
import { bundled, sizesOf } from '../../src/bundles.ts';

const { protocol, echo, serve } = bundled;
const figures: Record<string, number> = {};
for (const [name, { text }] of Object.entries({ protocol, echo, serve })) {
  const { esbuild, rolldown } = await sizesOf(text);
  figures[name] = Math.max(esbuild, rolldown);
}
console.log(JSON.stringify(figures));
