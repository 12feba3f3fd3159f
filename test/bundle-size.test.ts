import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import { build } from 'rolldown';

/**
 * Programs, and how many bytes they have once a bundler has dropped what they do not use and minified the rest. What these consist
 * of, and why it is not less, is told in `docs/decisions`.
 */
const PROGRAMS = [
  { name: 'a protocol', most: 1_000, text: `export { Protocol } from 'couplet';` },
  {
    name: 'a protocol, a factory and an error',
    most: 2_900,
    text: `export { ConnectionDone, Factory, Protocol } from 'couplet';`,
  },
  {
    name: 'an echo server',
    most: 124_000,
    text: `import { Factory, Protocol, reactor } from 'couplet';
      class Echo extends Protocol { dataReceived(data) { this.transport.write(data); } }
      await reactor.listenTCP(8007, Factory.forProtocol(Echo));
      await reactor.run();`,
  },
  {
    name: 'an echo server with promises',
    most: 152_500,
    text: `import { serve } from 'couplet';
      await serve('tcp:8007', async (connection) => {
        for await (const line of connection.lines()) await connection.write(line);
      });`,
  },
];

describe('the size of a bundle of what is built', () => {
  let folder: string;

  // Inside the repository, so that `couplet` resolves as it does for a user.
  before(() => {
    folder = mkdtempSync(resolve('test', '.bundles-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [at, { name, most, text }] of PROGRAMS.entries()) {
    test(`${name} has at most ${most} bytes`, async (t) => {
      const input = join(folder, `${at}.mjs`);
      writeFileSync(input, text);
      const options = { bundle: true, minify: true, write: false, format: 'esm', platform: 'node' } as const;
      const bundled = await esbuild.build({ ...options, entryPoints: [input], target: 'es2022' });
      const rolled = await build({ input, platform: 'node', write: false, output: { minify: true } });
      const sizes = {
        esbuild: bundled.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
        rolldown: rolled.output.reduce((sum, file) => sum + ('code' in file ? file.code.length : 0), 0),
      };
      t.diagnostic(JSON.stringify(sizes));
      for (const [bundler, size] of Object.entries(sizes)) assert.ok(size <= most, `${bundler}: ${size} bytes`);
    });
  }
});
