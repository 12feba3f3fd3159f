import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SORTED } from './columns.ts';
import { type Look, largestFirst } from './look.ts';
import { checked, heldIn, type Target, targetOf } from './target.ts';
import { UsageError } from './usage-error.ts';

export const HELP: string = `Usage: couplet-top [options] URL|unix:PATH

Shows the connections of a running Couplet reactor, as its inspector tells them: what
they wait for, their rates and queues, and how long the event loop sleeps.

  --sort COLUMN      ${SORTED.slice(0, 8)
    .map(({ title }) => title)
    .join(', ')},
                     ${SORTED.slice(8)
                       .map(({ title }) => title)
                       .join(', ')}; id unless set
  -r, --reverse      sorts the other way round: numbers begin with the largest, text and id with the first
  -n, --rows COUNT   at most so many connections; all unless set, and 200 with --once
  --filter TEXT      only connections with TEXT in peer, port, protocol, factory or state, or #7
  --every SECONDS    from one frame to the next, 0.2 to 5; 1 unless set
  --once             prints the table once, as plain text
  --json             prints frames as JSON, a line each; with --once one of them
  --token-file FILE  a file that holds the token, or the whole address, which then need not be given
  --version          prints the version
  -h, --help         prints this help

The token is that of the address (http://127.0.0.1:41263/#token=...), of --token-file, or of COUPLET_TOKEN in
the environment. An address on the command line can be seen by every user of this machine: quote it only where
you are alone. A UNIX socket needs no token. Where standard output is not a terminal, --once is meant; its rates
are averages since the program began.
Keys: s and S sort, r reverses, / filters, p pauses, n shows the next process of coupletd, arrows scroll, q quits.
Exit status: 0 after q, 1 if the inspector cannot be reached or refuses, 2 for bad usage.

Examples:
  couplet-top 'http://127.0.0.1:41263/#token=0123456789abcdef'
  couplet-top unix:/run/poetry/inspector.sock --sort out/s -n 30
  couplet-top --token-file inspector.txt --once --json | jq .totals
`;

/** What the command line asks for. */
export interface Request {
  readonly target: Target;
  readonly token?: string;
  readonly look: Look;
  /** Seconds from frame to frame. */
  readonly every: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** Reads the command line; what it prints if it asks for nothing else. Throws a `UsageError`. */
export function requestOf(args: readonly string[], environment: NodeJS.ProcessEnv): Request | 'help' | 'version' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        sort: text,
        reverse: { ...flag, short: 'r' },
        rows: { ...text, short: 'n' },
        filter: text,
        every: text,
        once: flag,
        json: flag,
        'token-file': text,
        version: flag,
        help: { ...flag, short: 'h' },
      },
    }),
  );
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [address, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}': there is one address`);
  const { sort = 'id' } = columnOf(values.sort);
  return {
    ...whereOf(address, values['token-file'], environment),
    look: {
      sort,
      descending: largestFirst(sort) !== values.reverse,
      filter: values.filter ?? '',
      paused: false,
      first: 0,
      most: values.rows === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--rows', values.rows),
    },
    every: secondsOf(values.every),
    once: values.once,
    json: values.json,
  };
}

function columnOf(title = 'id'): (typeof SORTED)[number] {
  const column = SORTED.find((one) => one.title === title);
  if (column !== undefined) return column;
  throw new UsageError(`--sort: '${title}' is not a column: they are ${SORTED.map((one) => one.title).join(', ')}`);
}

function wholeNumber(option: string, text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1) return number;
  throw new UsageError(`${option}: '${text}' is not a whole number of at least 1`);
}

function secondsOf(text = '1'): number {
  const number = /^\d+(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0.2 && number <= 5) return number;
  throw new UsageError(`--every: '${text}' is not a number of seconds from 0.2 to 5`);
}

function whereOf(
  address: string | undefined,
  file: string | undefined,
  { COUPLET_TOKEN: variable = '' }: NodeJS.ProcessEnv,
): { readonly target: Target; readonly token?: string } {
  const given = address === undefined ? undefined : targetOf(address);
  const held = file === undefined ? {} : heldIn(contentOf(file), `the file '${file}'`);
  const target = given ?? held.target;
  if (target === undefined)
    throw new UsageError('an address is missing: http://127.0.0.1:41263/ or unix:/run/inspector.sock, for example');
  const token = target.token ?? held.token ?? (variable === '' ? undefined : checked(variable, 'COUPLET_TOKEN'));
  return { target, ...(token !== undefined && { token }) };
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--token-file: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Turns what `parse` throws into bad usage. The first line of its message says what is wrong; the others only suggest alternatives. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\n.*$/s, '') : String(error));
  }
}
