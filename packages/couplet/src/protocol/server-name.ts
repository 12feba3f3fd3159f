import { familyOf } from './literal.ts';

/** Letters, digits, hyphens and underscores of any language, and the dots between labels; an asterisk in certificates. */
const NAME = /^(?:[\w.*-]|\P{ASCII})+$/u;

/**
 * The name of a host as TLS has it, in a ClientHello and in certificates: A-labels (RFC 5890, section 2.3.2.1), small letters,
 * without the final dot of the root (RFC 6066, section 3). So all spellings of a name are one. An IP literal stays as it is.
 * Undefined for a name in Unicode that has no such form (UTS #46, as the URL Standard applies it), and for an empty one.
 */
export function serverNameOf(host: string): string | undefined {
  if (familyOf(host) !== undefined) return host;
  const name = ascii(host)?.toLowerCase().replace(/\.$/, '');
  return name === '' ? undefined : name;
}

function ascii(host: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(host)) return host;
  const url = `ws://${host}`;
  return NAME.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined;
}
