import process from 'node:process';
import type { Address } from 'couplet';
import { STOPPING } from '../command-line/server.ts';
import { remark, say } from '../terminal/output.ts';
import { downloadCommand, transformCommand, wordsOf } from './by-hand.ts';
import type { PoetryServerOptions } from './poetry-server-options.ts';

/** A server, and where it listens. */
interface Place {
  readonly server: PoetryServerOptions;
  readonly host: Address;
}

/** Where the servers of this process listen. Once all of them do, it prints what to type in another terminal. */
export class Notice {
  readonly #names: readonly string[];
  readonly #places: Map<string, Place> = new Map();
  #stops = false;

  /** The slow servers, the fast one, the proxy and the transform server, by their names. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Where a server listens; undefined if it does not, or in another process. */
  hostOf(name: string): Address | undefined {
    return this.#places.get(name)?.host;
  }

  /** A server listens. If it `speaks`, that is printed: a line for each, on a terminal a table of all. */
  listens(server: PoetryServerOptions, host: Address, speaks: boolean): void {
    this.#places.set(server.name, { server, host });
    if (!speaks) return;
    const table = process.stdout.isTTY === true;
    if (!table) say(server.line(host));
    const places = this.#names.flatMap((one) => this.#places.get(one) ?? []);
    if (places.length < this.#names.length) return;
    if (table) for (const line of tableOf(places, process.stdout.columns)) say(line);
    advise(
      places.map((place) => place.host),
      table,
    );
  }

  /** The first signal has come: says so at a terminal, once. */
  stops(): void {
    if (!this.#stops) remark(STOPPING);
    this.#stops = true;
  }
}

/** A row for each server: its name, where it listens, what it does and what to type. That is a line of its own where it is too wide. */
function tableOf(places: readonly Place[], columns: number): readonly string[] {
  const rows = places.map(({ server, host }) => [server.name, host.authority, server.does()] as const);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const texts = rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  const commands = places.map(({ server, host }) => server.command(host));
  const width = Math.max(...texts.map((text, row) => text.length + 2 + (commands[row]?.length ?? 0)));
  const between = width < (columns || 80) ? '  ' : `\n${' '.repeat((widths[0] ?? 0) + 2)}`;
  return texts.flatMap((text, row) => `${text}${between}${commands[row]}`.split('\n').map((line) => line.trimEnd()));
}

/** Says what to type in another terminal; `brief` if a table says the rest. */
function advise(hosts: readonly Address[], brief: boolean): void {
  const [fast = '', proxy = ''] = hosts.slice(-3).map(({ authority }) => authority);
  const slow = hosts.slice(0, -3).map(({ authority }) => authority);
  const [first = ''] = slow;
  const transform = hosts.at(-1);
  say('');
  say(`Download the slow ones all at once, or one after the other${brief ? '' : ', and the fast one'}:`);
  say(`  ${downloadCommand(...slow)}`);
  say(`  ${downloadCommand('--blocking', ...slow)}`);
  if (!brief) say(`  ${downloadCommand('--print', fast)}`);
  say('The proxy takes as long as the slow server once, and then has the poem:');
  say(`  ${downloadCommand(proxy)}`);
  say('Or by hand:');
  say(`  nc ${wordsOf(first)}`);
  if (!brief && transform !== undefined) say(`  ${transformCommand(transform)}`);
  say('Ctrl-C stops the service.');
}
