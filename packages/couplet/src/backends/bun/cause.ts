import type { Cause } from '../../seam/cause.ts';
import { causeOfThrown } from '../node/cause.ts';

/** The cause that an error of Bun stands for. */
export function causeOfBun(thrown: unknown): Cause {
  return causeOfThrown(systemError(thrown));
}

/** What BoringSSL says, with its name of the reason at the end. */
const BORING = /^error:[\da-f]+:SSL routines:[^:]*:(\w+)$/;

/** An error of Bun as one of Node: some of its numbers have the sign of the system, others that of libuv, and TLS has names of its own. */
export function systemError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const reason = BORING.exec(thrown.message)?.[1];
  if (reason !== undefined) return Object.assign(new Error(thrown.message), { code: `ERR_SSL_${reason}`, reason });
  if (!('errno' in thrown && typeof thrown.errno === 'number')) return thrown;
  const { message, errno } = thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return Object.assign(new Error(message), { code, errno: -Math.abs(errno) });
}
