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
 * `doing` says what cannot be done: `cannot listen on tcp:80`. The code is that of the error or of its cause.
 */
export function refusal(doing: string, error: unknown): CommandError {
  const code = [error, error instanceof Error ? error.cause : undefined]
    .map(codeOf)
    .find((one) => Object.hasOwn(MEANINGS, one));
  const said = error instanceof Error ? error.message : String(error);
  const [words, status] = MEANINGS[code ?? ''] ?? [said.replaceAll(/\s+/g, ' '), EXIT.system];
  return new CommandError(`${doing}: ${words}`, status, { cause: error });
}
