import { bytesOf, familyOf, ipv6LiteralOf } from '../address/literal.ts';
import { quoteStringArgument } from '../values/quote.ts';

/** What tells one place from another: nothing of how it is listened at. */
type PlaceName =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'stdio' };

/** The key of a place: a description that names it and says nothing else. Two places with one key are the same. */
export function keyOf(place: PlaceName): string {
  switch (place.kind) {
    case 'tcp':
      return `tcp:${place.port}:interface=${hostOf(place.host)}`;
    case 'unix':
      return `unix:${quoteStringArgument(place.path)}`;
    case 'fd':
      return `fd:${place.fd}`;
    case 'stdio':
      return 'stdio:';
  }
}

/** An IP literal in its canonical form, in brackets where it has colons; a host name in small letters. */
function hostOf(host: string): string {
  const bytes = familyOf(host) === 'IPv6' ? bytesOf(host) : undefined;
  const text = bytes === undefined ? host.toLowerCase() : ipv6LiteralOf(bytes);
  return text.includes(':') ? `[${text}]` : quoteStringArgument(text);
}
