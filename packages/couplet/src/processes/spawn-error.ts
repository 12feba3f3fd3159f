import { SpawnError } from '../protocol/process-errors.ts';
import type { Cause } from '../seam/cause.ts';
import { oneLine } from '../values/one-line.ts';

/** The error of a process that could not be started. */
export function spawnErrorOf(command: string, cause: Cause): SpawnError {
  // A shell would have taken the command apart.
  const hint = cause.code === 'ENOENT' && /\s/.test(command) ? ' (its arguments are passed apart, in args)' : '';
  return new SpawnError(oneLine(`cannot start '${command}': ${cause.detail}${hint}`), { cause });
}
