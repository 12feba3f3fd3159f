import { getSystemErrorMap } from 'node:util';

/** What was thrown, in one line: the first line of its message, or its name if that is empty. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split('\n', 1).join();
}

/** Why the system refused, in words: `no such file or directory`. For an error that is not of the system, its message. */
export function reasonOf(error: unknown): string {
  const number = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  return getSystemErrorMap().get(number)?.[1] ?? messageOf(error);
}

/** The code of an error of the system or of a cause of Couplet, such as `ENOENT`; empty if it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
