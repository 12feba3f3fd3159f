import type { ProxyHeader } from '../protocol/proxy-header.ts';

/**
 * What comes of a look at the first bytes of a connection: the header and how many of the bytes it has, or with how many
 * bytes, at most, the next look should be.
 */
export type Reading = { readonly header: ProxyHeader; readonly length: number } | number;
