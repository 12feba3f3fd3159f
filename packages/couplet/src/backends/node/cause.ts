import type { Cause } from '../../seam/cause.ts';

const { getSystemErrorMap } = process.getBuiltinModule('node:util');

/** The cause of an orderly close. */
export const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };

/** The codes that OpenSSL and the runtime give to errors of TLS and its certificates. */
const TLS_CODE =
  /^ERR_(?:SSL|TLS|OSSL)_|CERT|^(?:UNABLE_TO|CRL|HOSTNAME)_|^(?:INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

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

/** The codes of connect(2) when this host has no address to connect from. */
const NO_SOURCE: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** The cause that an error of the runtime stands for. */
export function causeOf(error: NodeJS.ErrnoException): Cause {
  const code = error.code ?? '';
  const kind = kindOf(code, error.syscall);
  return { kind, code, detail: detailOf(error, kind) };
}

/** The names of the system's errors and their words, by number. To make that map takes Node as long as a whole connection, so it is asked once. */
let errnos: ReadonlyMap<number, readonly [code: string, detail: string]> | undefined;

/** The name of an error of the system and its words; some numbers of Bun's are not negative. Undefined if there is no such error. */
export function describeErrno(errno: number): readonly [code: string, detail: string] | undefined {
  errnos ??= getSystemErrorMap();
  return errnos.get(-Math.abs(errno));
}

/** The kind of a cause with that code, of a call with that name. */
export function kindOf(code: string, syscall: string | undefined): Cause['kind'] {
  if (syscall === 'bind') return 'bind';
  if (syscall === 'getaddrinfo') return 'lookup';
  return KINDS[code] ?? (TLS_CODE.test(code) ? 'tls' : 'other');
}

/** The cause of what a call of the runtime threw, an error or not. */
export function causeOfThrown(thrown: unknown): Cause {
  return thrown instanceof Error ? causeOf(thrown) : { kind: 'other', code: '', detail: String(thrown) };
}

/**
 * The cause of a failed attempt to connect. Unless it was `bound` to a local address, an error of that address means that this
 * host has none in the family of the peer's, for example because IPv6 is switched off.
 */
export function causeOfAttempt(cause: Cause, bound: boolean): Cause {
  return bound || !NO_SOURCE.has(cause.code) ? cause : { ...cause, kind: 'unreachable' };
}

function detailOf(error: NodeJS.ErrnoException, kind: Cause['kind']): string {
  if (kind === 'lookup') return error.code === 'ENOTFOUND' ? 'host not found' : `host lookup failed (${error.code})`;
  // OpenSSL's own message contains the place in its sources, and a line feed.
  if (kind === 'tls')
    return wordsOf('reason' in error && typeof error.reason === 'string' ? error.reason : error.message.trim());
  // zlib has numbers of its own, which are those of other errors to the system.
  const known = describeErrno(error.errno ?? 0);
  return known?.[0] === error.code && known ? known[1] : error.message;
}

/** BoringSSL has names where OpenSSL has words: `KEY_VALUES_MISMATCH`. */
function wordsOf(reason: string): string {
  return /^[A-Z\d]+(?:_[A-Z\d]+)+$/.test(reason) ? reason.toLowerCase().replaceAll('_', ' ') : reason;
}
