import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';

/** Where programs stand, so that `couplet` resolves as it does for a user. */
const here = resolve(import.meta.dirname, 'program.mjs');

const engine = fileURLToPath(new URL('../../packages/couplet/', import.meta.url));

/** The file that an import in a program or in the package means where it is built, on a runtime that has no condition of its own. */
function built(source: string, importer: string): string {
  if (source.startsWith('.')) return resolve(dirname(importer), source);
  const { exports, imports } = JSON.parse(readFileSync(`${engine}package.json`, 'utf8'));
  const entry: unknown = (imports[source] ?? exports[source.replace('couplet', '.')])?.default;
  if (typeof entry !== 'string') throw new Error(`'${source}' is not in the package 'couplet'`);
  return resolve(engine, entry);
}

/** Bytes of a program, bundled by rollup and minified by esbuild. */
export async function rollupSize(text: string): Promise<number> {
  const bundle = await rollup({
    input: here,
    external: isBuiltin,
    plugins: [
      {
        name: 'resolve',
        resolveId: (source, importer = here) => (source === here ? here : built(source, importer)),
        load: (id) => (id === here ? text : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const whole = output.map((file) => ('code' in file ? file.code : '')).join('');
  const { code } = await esbuild.transform(whole, { minify: true, format: 'esm', target: 'es2022' });
  return Buffer.byteLength(code);
}

interface Bun {
  build(options: object): Promise<{ readonly outputs: readonly { readonly size: number }[] }>;
}

function isBun(found: unknown): found is Bun {
  return typeof found === 'object' && found !== null && 'build' in found;
}

/** Bytes of a program, bundled and minified for Bun by the bundler of the Bun that runs this. */
export async function bunSize(text: string): Promise<number> {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (!isBun(bun)) throw new Error('this is not Bun');
  const options = { entrypoints: [here], files: { [here]: text }, minify: true, target: 'bun', format: 'esm' };
  const { outputs } = await bun.build(options);
  return outputs.reduce((sum, { size }) => sum + size, 0);
}
