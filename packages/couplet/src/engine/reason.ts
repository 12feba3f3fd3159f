import { ConnectionDone, ConnectionLost, TimeoutError } from '../protocol/errors.ts';
import type { Cause } from '../seam/cause.ts';
import { quoted } from '../values/one-line.ts';
import type { State } from './life-cycle.ts';

/** The reason of every orderly end: one error for all, because to make one costs as much as to send a small message. */
const DONE = doneOnce();

/** Makes it without a stack, which would be that of the loading of this module and say nothing about a connection. */
function doneOnce(): ConnectionDone {
  const done = new ConnectionDone();
  done.stack = `${done.name}: ${done.message} (one error for all connections, without a stack)`;
  return Object.freeze(done);
}

/** Returns the reason for `connectionLost` when the wire closed in that state; `own` is why this side ended it, if it did. */
export function reasonOf(cause: Cause, state: State, own: Error | undefined): Error {
  if (own !== undefined) return own;
  if (state === 'leaving' || cause.kind === 'done') return DONE;
  if (cause.kind === 'expired') return new TimeoutError(cause.detail, { cause });
  // A runtime quotes the peer's certificate as it is.
  return new ConnectionLost(quoted(cause.detail), { cause });
}
