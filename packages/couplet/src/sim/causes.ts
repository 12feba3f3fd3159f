import type { Cause } from '../seam/cause.ts';

// The causes that a kernel reports, in the words of a real one.

export const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };
export const RESET: Cause = { kind: 'reset', code: 'ECONNRESET', detail: 'connection reset by peer' };
/** A write on a connection that was reset after the peer's end. */
export const BROKEN_PIPE: Cause = { kind: 'reset', code: 'EPIPE', detail: 'broken pipe' };
export const TIMED_OUT: Cause = { kind: 'timeout', code: 'ETIMEDOUT', detail: 'connection timed out' };
export const REFUSED: Cause = { kind: 'refused', code: 'ECONNREFUSED', detail: 'connection refused' };
export const UNREACHABLE: Cause = { kind: 'unreachable', code: 'EHOSTUNREACH', detail: 'host is unreachable' };
export const IN_USE: Cause = { kind: 'bind', code: 'EADDRINUSE', detail: 'address already in use' };
export const NOT_OURS: Cause = { kind: 'bind', code: 'EADDRNOTAVAIL', detail: 'address not available' };
export const NO_DESCRIPTORS: Cause = { kind: 'other', code: 'EMFILE', detail: 'too many open files' };
export const NO_FILE: Cause = { kind: 'other', code: 'ENOENT', detail: 'no such file or directory' };
export const NOT_INHERITED: Cause = { kind: 'other', code: 'EBADF', detail: 'the process has not inherited it' };
export const ALREADY_USED: Cause = { kind: 'other', code: 'EEXIST', detail: 'this process already uses it' };
export const NO_NAME: Cause = { kind: 'lookup', code: 'ENOTFOUND', detail: 'host not found' };
export const NO_ANSWER: Cause = { kind: 'lookup', code: 'EAI_AGAIN', detail: 'host lookup failed (EAI_AGAIN)' };
