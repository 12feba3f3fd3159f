import { extname } from 'node:path';
import process from 'node:process';
import { onBun, onDeno } from '../here.ts';

const SOURCES = '--conditions=couplet-source';

/**
 * What this runtime has to be told to run another program as this one: where packages come from. The test runner of Node hands its files
 * every option there is, and some of them do something by being named: `--report-signal` writes a report on SIGUSR2. That of Bun
 * does not say which options it has, and takes sources only with this one. Nor does that of Deno, which runs programs with `run` only.
 */
export const flags: readonly string[] = onBun
  ? sourceFlags()
  : onDeno
    ? ['run', '--allow-all', '--no-check', ...sourceFlags()]
    : process.execArgv.filter((flag) => flag.startsWith('--conditions='));

function sourceFlags(): readonly string[] {
  return extname(import.meta.filename) === '.ts' ? [SOURCES] : [];
}
