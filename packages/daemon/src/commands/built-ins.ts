import { resolve } from 'node:path';
import { reactor } from 'couplet';
import type { Permit } from 'couplet/protocols';
import { builtInFactory } from '../application/built-in.ts';
import { readText } from '../configuration/read-text.ts';
import { shown } from '../configuration/shown.ts';
import type { OptionWords } from '../configuration/sources.ts';
import type { BuiltIn } from '../ipc/messages.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { listOf, textOf } from './words.ts';

/** An option that one built-in service has. */
export interface OwnOption {
  readonly flags: string;
  readonly help: string;
  readonly repeatable?: true;
}

/** A command for a built-in service. */
export interface BuiltInCommand {
  readonly name: BuiltIn['name'];
  readonly summary: string;
  readonly options: readonly OwnOption[];
  readonly examples: readonly string[];
  /** Makes the service of the words of its options. `directory` is where relative paths are. */
  build(words: OptionWords, directory: string): Promise<BuiltIn>;
}

/** The commands for built-in services. */
export const BUILT_INS: readonly BuiltInCommand[] = [
  plain('echo', 'sends back what arrives (RFC 862)', 'tcp:8007'),
  plain('discard', 'drops what arrives (RFC 863)', 'tcp:8009'),
  plain('chargen', 'sends characters without end (RFC 864)', 'tcp:8019'),
  {
    name: 'qotd',
    summary: 'sends a quote and closes (RFC 865)',
    options: [
      { flags: '--text <TEXT>', help: 'a quote, at most 511 bytes; repeatable', repeatable: true },
      { flags: '--file <FILE>', help: 'quotes, with a line of % between two' },
    ],
    examples: ['qotd --listen tcp:8017 --text "Festina lente."', 'qotd --listen tcp:8017 --file quotes.txt'],
    async build(words, directory) {
      const texts = listOf(words, 'text');
      const file = textOf(words, 'file');
      if (texts.length > 0 === (file !== undefined)) throw usage('qotd needs either --text or --file');
      if (file === undefined) return { name: 'qotd', quotes: texts };
      const quotes = (await readText(resolve(directory, file))).split(/^%\r?$/m).map((quote) => quote.trim());
      return { name: 'qotd', quotes: quotes.filter((quote) => quote !== '') };
    },
  },
  plain('daytime', 'sends the date and time as text (RFC 867)', 'tcp:8013'),
  plain('time', 'sends the time as a number (RFC 868)', 'tcp:8037'),
  {
    name: 'forward',
    summary: 'passes connections on to another endpoint',
    options: [{ flags: '--to <ENDPOINT>', help: 'where to, such as tcp:example.org:80 or unix:/run/x.sock' }],
    examples: [
      'forward --listen tcp:8080 --to tcp:127.0.0.1:80 --limit-per-peer 20',
      'forward --listen tls:8443:cert=c.pem:key=k.pem --to unix:/run/x.sock',
    ],
    async build(words) {
      const to = textOf(words, 'to');
      if (to === undefined) throw usage('forward needs --to ENDPOINT, such as --to tcp:example.org:80');
      return { name: 'forward', to };
    },
  },
  {
    name: 'socks',
    summary: 'is a SOCKS 4 and 5 proxy; allows nothing by itself',
    options: [
      {
        flags: '--allow <NET:PORT>',
        help: 'network, address or name, and port or *; repeatable',
        repeatable: true,
      },
    ],
    examples: [
      'socks --listen tcp:1080:interface=127.0.0.1 --allow 10.0.0.0/8:443',
      "socks --listen tcp:1080 --allow '*.example.org:*' --limit-total 500",
    ],
    build: async (words) => ({ name: 'socks', allow: listOf(words, 'allow').map(permitOf) }),
  },
];

/** Throws a `CommandError` with 64 if a built-in service could not be built. */
export function checkBuiltIn(service: BuiltIn): void {
  try {
    builtInFactory(service, reactor);
  } catch (error) {
    throw usage(`${service.name}: ${error instanceof Error ? error.message : error}`);
  }
}

function plain(
  name: Exclude<BuiltIn['name'], 'qotd' | 'forward' | 'socks'>,
  summary: string,
  listen: string,
): BuiltInCommand {
  const examples = [`${name} --listen ${listen}`, `${name} --listen ${listen} --limit-per-peer 5 --idle-timeout 60`];
  return { name, summary, options: [], examples, build: async () => ({ name }) };
}

/** A permit of `10.0.0.0/8:443`, `[2001:db8::]/32:*` or `*.example.org:80`: the port is behind the last colon. */
function permitOf(text: string): Permit {
  const [, where = '', digits = ''] = /^(.+):(\d{1,5}|\*)$/.exec(text) ?? [];
  if (where === '') throw usage(`--allow ${shown(text)} is not NET:PORT such as 10.0.0.0/8:443`);
  const port = digits === '*' ? '*' : Number(digits);
  const bare = where.replace(/^\[(.*)\]/, '$1');
  return bare.includes('/') ? { network: bare, port } : { host: bare, port };
}

function usage(line: string): CommandError {
  return new CommandError(line, EXIT.usage);
}
