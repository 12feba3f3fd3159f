import { codeOf } from './error-words.ts';
import { CommandError, EXIT, type ExitStatus } from './exit-status.ts';

/** What the codes of the system mean to a person, and the status that goes with them. */
const MEANINGS: Readonly<Record<string, readonly [words: string, status: ExitStatus]>> = {
  EADDRINUSE: ['the address is in use', EXIT.unavailable],
  EADDRNOTAVAIL: ['this machine does not have that address', EXIT.unavailable],
  EACCES: ['permission denied', EXIT.noPermission],
  EPERM: ['operation not permitted', EXIT.noPermission],
  EMFILE: ['this process has as many open files as it may have (see ulimit -n, LimitNOFILE=)', EXIT.system],
  ENFILE: ['the system has as many open files as it can have', EXIT.system],
  EAGAIN: ['the system has as many processes as this user may have', EXIT.system],
  ENOMEM: ['there is not enough memory', EXIT.system],
};

/**
 * What a command ends with when the system refused something, for instance to listen or to start a process: one line, and 69, 77 or 71.
 * `doing` says what cannot be done: `cannot listen on tcp:80`. The code is that of the error or of a cause of it.
 */
export function refusal(doing: string, error: unknown): CommandError {
  const said = error instanceof Error ? error.message : String(error);
  const [words, status] = meaningOf(error) ?? [said.replaceAll(/\s+/g, ' '), EXIT.system];
  return new CommandError(`${doing}: ${words}`, status, { cause: error });
}

/** The status for what the system refused, 69, 77 or 71, however deep that is among the causes of an error; undefined for any other error. */
export function refusedStatus(error: unknown): ExitStatus | undefined {
  return meaningOf(error)?.[1];
}

/** How deep a code is looked for among the causes of an error: causes may be circular. */
const MOST_CAUSES = 8;

function meaningOf(error: unknown): (typeof MEANINGS)[string] | undefined {
  let at = error;
  for (let depth = 0; depth < MOST_CAUSES && typeof at === 'object' && at !== null; depth += 1) {
    const code = codeOf(at);
    if (Object.hasOwn(MEANINGS, code)) return MEANINGS[code];
    at = 'cause' in at ? at.cause : undefined;
  }
  return undefined;
}
