import process from 'node:process';
import type { Address } from 'couplet';

/** What to type to download poems, with these options and addresses, on the runtime of this process. */
export function downloadCommand(...words: readonly string[]): string {
  const { bun, deno } = process.versions;
  const launcher = bun !== undefined ? 'bunx --bun' : deno !== undefined ? 'deno x -A' : 'npx';
  return [launcher, 'get-poetry', ...words].join(' ');
}

/** What to type to have a poem transformed at that address. */
export function transformCommand({ authority }: Pick<Address, 'authority'>): string {
  return `printf '19:cummingsify.A Poem.,' | nc -N ${wordsOf(authority)}`;
}

/** The host and the port, as `nc` takes them. */
export function wordsOf(authority: string): string {
  return authority.replace(/^\[?(.*?)\]?:(\d+)$/, '$1 $2');
}
