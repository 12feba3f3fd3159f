import { extname } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { flags } from 'couplet-test/runtime';
import { Program } from './program.ts';

/** An example that runs as a program of its own, from the same kind of file as this one: source, or built. */
export class Child extends Program {
  /** The words are its arguments: first the port, or for the name `coupletd` those of that command. */
  constructor(t: TestContext, name: string, ...words: readonly (number | string)[]) {
    const suffix = extname(import.meta.url);
    const file =
      name === 'coupletd'
        ? 'node_modules/.bin/coupletd'
        : fileURLToPath(new URL(`../${name}${suffix}`, import.meta.url));
    super(t, process.execPath, ...flags, file, ...words);
  }
}
