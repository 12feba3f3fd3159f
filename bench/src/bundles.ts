import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { build } from 'rolldown';

/** A program in JavaScript, and the most bytes that it is to have once it is bundled and minified. */
export interface Bundled {
  readonly name: string;
  readonly most: number;
  readonly text: string;
}

/** What a bundle holds, and why it is not less, is told in `docs/decisions`. */
export const bundled = {
  protocol: { name: 'a protocol', most: 250, text: `export { Protocol } from 'couplet';` },
  error: {
    name: 'a protocol, a factory and an error',
    most: 2_900,
    text: `export { ConnectionDone, Factory, Protocol } from 'couplet';`,
  },
  echo: {
    name: 'an echo server',
    most: 152_200,
    text: `import { Factory, Protocol, reactor } from 'couplet';
      class Echo extends Protocol { dataReceived(data) { this.transport.write(data); } }
      await reactor.listenTCP(8007, Factory.forProtocol(Echo));
      await reactor.run();`,
  },
  serve: {
    name: 'an echo server with promises',
    most: 181_700,
    text: `import { serve } from 'couplet';
      await serve('tcp:8007', async (connection) => {
        for await (const line of connection.lines()) await connection.write(line);
      });`,
  },
} as const satisfies Record<string, Bundled>;

/** Bytes of a program, bundled and minified, by the name of the bundler. */
export interface Sizes {
  readonly esbuild: number;
  readonly rolldown: number;
}

/** Bundles a program for a runtime, or for pages, as its bundler resolves imports. Returns the code. */
export async function bundledFor(runtime: 'node' | 'bun' | 'deno' | 'browser', text: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: text, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: runtime === 'browser' ? 'browser' : 'node',
    conditions: runtime === 'bun' || runtime === 'deno' ? [runtime] : [],
  });
  return outputFiles.map((file) => file.text).join('');
}

/**
 * Bundles a program with the package as it is built, each time without what it does not use. Writes it to a folder inside the
 * repository for so long, so that `couplet` resolves as it does for a user.
 */
export async function sizesOf(text: string): Promise<Sizes> {
  const folder = mkdtempSync(resolve(import.meta.dirname, '.bundles-'));
  try {
    const input = join(folder, 'program.mjs');
    writeFileSync(input, text);
    const options = { bundle: true, minify: true, write: false, format: 'esm', platform: 'node' } as const;
    const one = await esbuild.build({ ...options, entryPoints: [input], target: 'es2022' });
    const other = await build({ input, platform: 'node', write: false, output: { minify: true } });
    return {
      esbuild: one.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
      rolldown: other.output.reduce((sum, file) => sum + ('code' in file ? file.code.length : 0), 0),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
