import type { Address } from 'couplet';
import { say } from '../commands/output.ts';

/** Where the servers of this process listen. Once all of them do, it prints what to type in another terminal. */
export class Notice {
  readonly #names: readonly string[];
  readonly #hosts: Map<string, Address> = new Map();

  /** The slow servers, the fast one, the proxy and the transform server, by their names. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Where a server listens; undefined if it does not, or in another process. */
  hostOf(name: string): Address | undefined {
    return this.#hosts.get(name);
  }

  /** A server listens. Prints its line, if it has one to print here. */
  listens(name: string, host: Address, line: string | undefined): void {
    this.#hosts.set(name, host);
    if (line === undefined) return;
    say(line);
    const hosts = this.#names.flatMap((one) => this.#hosts.get(one) ?? []);
    if (hosts.length === this.#names.length) advise(hosts.map(({ authority }) => authority));
  }
}

/** Says what to type in another terminal. */
function advise(places: readonly string[]): void {
  const [fast = '', proxy = '', transform = ''] = places.slice(-3);
  const slow = places.slice(0, -3);
  const [first = ''] = slow;
  say('');
  say('Download the slow ones all at once, or one after the other, and the fast one:');
  say(`  npx get-poetry ${slow.join(' ')}`);
  say(`  npx get-poetry --blocking ${slow.join(' ')}`);
  say(`  npx get-poetry --print ${fast}`);
  say('The proxy takes as long as the slow server once, and then has the poem:');
  say(`  npx get-poetry ${proxy}`);
  say('Or by hand:');
  say(`  nc ${wordsOf(first)}`);
  say(`  printf '19:cummingsify.A Poem.,' | nc -N ${wordsOf(transform)}`);
  say('Ctrl-C stops the service.');
}

/** The host and the port, as `nc` takes them. */
function wordsOf(authority: string): string {
  return authority.replace(/^\[?(.*?)\]?:(\d+)$/, '$1 $2');
}
