import { extname, join } from 'node:path';

/** The runtimes that have a backend. */
export const RUNTIMES = ['node', 'bun', 'deno'] as const;
export type Runtime = (typeof RUNTIMES)[number];

const fromSource = extname(import.meta.filename) === '.ts';
const ROOT = join(import.meta.dirname, fromSource ? '..' : '../..');

/** The runtime that runs this. */
export const runtime: Runtime = 'Bun' in globalThis ? 'bun' : 'Deno' in globalThis ? 'deno' : 'node';

/** What this runtime has to be told to run another program as this one. */
export const flags: readonly string[] = flagsOf(runtime);

/**
 * What a runtime has to be told, before the path of a program, to run it with packages from where this one has them: from their sources, or
 * built. What `process.execArgv` says is no help: the test runner of Node hands its files every option there is, and some of them do something
 * by being named, as `--report-signal` does; that of Bun does not say which options it has.
 */
export function flagsOf(name: Runtime): readonly string[] {
  const sources = fromSource ? ['--conditions=couplet-source'] : [];
  return name === 'deno' ? ['run', '--allow-all', '--no-check', ...sources] : sources;
}

/** The program of a runtime, of the version that `npm run test:runtimes` installs before it runs its files. */
export function programOf(name: Runtime): string {
  return join(ROOT, 'node_modules/.cache/runtimes/node_modules/.bin', name);
}
