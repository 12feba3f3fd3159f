import type { ListenPlace } from '../../seam/streams.ts';

/** What a TCP place says of others that have the same port. */
type Sharing = Pick<Extract<ListenPlace, { kind: 'tcp' }>, 'ipv6Only' | 'reusePort'>;

/**
 * Says why this runtime cannot share a port in that way, and names its version; undefined if it can. Those that cannot do not tell by
 * themselves: they bind without it.
 */
export function whyNotShared({ ipv6Only, reusePort }: Sharing): string | undefined {
  const { node, deno, bun } = process.versions;
  if (deno !== undefined) {
    const asked = ipv6Only === true ? 'ipv6Only' : reusePort === true ? 'reusePort' : undefined;
    return asked === undefined ? undefined : `Deno ${deno} does not support ${asked}`;
  }
  if (reusePort !== true || bun !== undefined) return undefined;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const able = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return able ? undefined : `Node ${node} does not support reusePort (22.12 and 23.1 do)`;
}
