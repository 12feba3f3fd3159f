import { getSystemErrorMap } from 'node:util';
import type { Cause } from '../seam/cause.ts';

/** The cause of an orderly close. */
export const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };

const KINDS: Readonly<Record<string, Cause['kind']>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'bind',
  EADDRINUSE: 'bind',
  ENOTFOUND: 'lookup',
  EAI_AGAIN: 'lookup',
};

/** What an error of the runtime means. */
export function causeOf(error: NodeJS.ErrnoException): Cause {
  const code = error.code ?? '';
  const kind =
    error.syscall === 'bind' ? 'bind' : error.syscall === 'getaddrinfo' ? 'lookup' : (KINDS[code] ?? 'other');
  return { kind, code, detail: detailOf(error, kind) };
}

/** The same of whatever a call of the runtime threw. */
export function causeOfThrown(thrown: unknown): Cause {
  return thrown instanceof Error ? causeOf(thrown) : { kind: 'other', code: '', detail: String(thrown) };
}

function detailOf(error: NodeJS.ErrnoException, kind: Cause['kind']): string {
  if (kind === 'lookup') return error.code === 'ENOTFOUND' ? 'host not found' : `host lookup failed (${error.code})`;
  return getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
}
