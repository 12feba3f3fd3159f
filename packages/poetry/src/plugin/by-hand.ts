import type { Address } from 'couplet';

/** What to type to have a poem transformed at that address. */
export function transformCommand({ authority }: Pick<Address, 'authority'>): string {
  return `printf '19:cummingsify.A Poem.,' | nc -N ${wordsOf(authority)}`;
}

/** The host and the port, as `nc` takes them. */
export function wordsOf(authority: string): string {
  return authority.replace(/^\[?(.*?)\]?:(\d+)$/, '$1 $2');
}
