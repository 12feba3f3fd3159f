import {
  account,
  bytes,
  inspector,
  type Kind,
  list,
  localServer,
  onOff,
  redis,
  seconds,
  text,
  umask,
  whole,
  words,
  workers,
} from './kinds.ts';
import type { DaemonOptions } from './options.ts';

/** The headings of options in help, in their order. */
export const GROUPS = [
  'Configuration:',
  'Processes:',
  'Life:',
  'Identity and places:',
  'Logs and metrics:',
  'Fleet:',
] as const;

/** One setting, from which its command line option, its environment variable, its key in a file and its help come. */
export interface Row<T> {
  readonly kind: Kind<T>;
  /** One line of help, without its default. */
  readonly help: string;
  /** What help shows as the default where `default` does not say it. */
  readonly otherwise?: string;
  /** Applies where nothing is configured. */
  readonly default?: T;
  /** The heading in help. */
  readonly group?: (typeof GROUPS)[number];
  /**
   * How its option takes values: one unless set, several by repeating the option, none, or perhaps one behind `=`: to be there is to be on.
   */
  readonly takes?: 'several' | 'none' | 'perhaps';
}

/** The options as the program has them, and those that become others on the way. */
export type Given = DaemonOptions & { readonly ledgerFile?: string };

/** A row for each key of T. */
export type Table<T> = { readonly [K in keyof T]-?: Row<Exclude<T[K], undefined>> };

/** What is never absent has a default. */
type Complete<T> = { readonly [K in keyof T]-?: T extends Record<K, T[K]> ? { readonly default: T[K] } : object };

/** All options of a daemon, in the order of help. The name for users is the key, without `Ms` behind times. */
export const OPTIONS: Table<Given> = {
  workers: {
    kind: workers(0),
    default: 1,
    help: 'workers of each group, auto, or 0: one process',
    group: 'Processes:',
  },
  topology: {
    kind: { ...words('together', 'apart'), metavar: 'WORD' },
    default: 'together',
    help: 'together in one group, or apart',
    group: 'Processes:',
  },
  accept: {
    kind: { ...words('shared', 'spread'), metavar: 'WORD' },
    default: 'shared',
    help: 'shared queue of connections, or spread',
    group: 'Processes:',
  },
  runtime: {
    kind: text('RUNTIME', "'node', 'bun', 'deno' or a path with a '/'", /^(node|bun|deno|\P{Cc}*\/\P{Cc}*)$/u),
    otherwise: 'node',
    help: 'node, bun, deno or a path, for workers',
    group: 'Processes:',
  },
  nodeOptions: {
    kind: list(text('OPT', "an option such as '--max-old-space-size=256'", /^--?[^\p{Cc}\s]+$/u), ' ', 'OPT'),
    default: [],
    help: 'an option of the runtime; repeatable',
    group: 'Processes:',
    takes: 'several',
  },
  maxWorkerMemory: {
    kind: bytes(1),
    help: 'resident size over which one is replaced',
    otherwise: 'off',
    group: 'Processes:',
  },
  workerTimeoutMs: {
    kind: seconds(0),
    default: 30_000,
    help: 'longest silence of a worker; 0: any',
    group: 'Processes:',
  },
  exitOnCrashLoop: {
    kind: onOff(),
    default: false,
    help: 'end with 70 instead of trying forever',
    group: 'Processes:',
    takes: 'none',
  },
  readyTimeoutMs: {
    kind: seconds(0.001),
    default: 30_000,
    help: 'from the start of a worker to ready',
    group: 'Life:',
  },
  drainDelayMs: { kind: seconds(0), default: 0, help: 'not ready but accepting before a stop', group: 'Life:' },
  drainTimeoutMs: { kind: seconds(0), default: 25_000, help: 'for connections to end at a stop', group: 'Life:' },
  stopTimeoutMs: { kind: seconds(0), default: 5000, help: 'for services to stop after the drain', group: 'Life:' },
  reloadDrainTimeoutMs: { kind: seconds(0), default: 600_000, help: 'for an old generation to end', group: 'Life:' },
  maxGenerations: { kind: whole(1, 100), default: 3, help: 'at a time, with the present one', group: 'Life:' },
  uid: {
    kind: account('U', 'user'),
    help: 'the user to become, name or number',
    otherwise: 'stay',
    group: 'Identity and places:',
  },
  gid: {
    kind: account('G', 'group'),
    help: 'the group to become',
    otherwise: "stay, or the user's",
    group: 'Identity and places:',
  },
  groups: {
    kind: list(account('G', 'group'), ','),
    help: 'its further groups',
    otherwise: 'none',
    group: 'Identity and places:',
  },
  umask: { kind: umask(), default: 0o077, help: 'what files do not permit', group: 'Identity and places:' },
  rundir: {
    kind: text('DIR', 'the path of a folder'),
    default: '.',
    help: 'working directory; paths are relative to it',
    group: 'Identity and places:',
  },
  name: {
    kind: text('NAME', 'letters, digits, -, _ and ., at most 64', /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/),
    help: 'name of the control socket',
    otherwise: "the application's",
    group: 'Identity and places:',
  },
  control: {
    kind: text('PATH|none', "the path of a socket, or 'none'"),
    help: 'control socket, which is the lock',
    group: 'Identity and places:',
  },
  pidfile: { kind: text('FILE', 'the path of a file'), help: 'also write a pidfile', group: 'Identity and places:' },
  daemonize: {
    kind: onOff(),
    default: false,
    help: 'to the background; needs --log-file',
    group: 'Identity and places:',
    takes: 'none',
  },
  readyFd: {
    kind: whole(1, 1_000_000),
    help: 'descriptor that gets a newline when ready',
    group: 'Identity and places:',
  },
  logFile: {
    kind: text('FILE', 'the path of a file'),
    help: 'reopened on SIGUSR1',
    otherwise: 'standard output',
    group: 'Logs and metrics:',
  },
  logFormat: {
    kind: { ...words('json', 'pretty'), metavar: 'WORD' },
    help: 'json or pretty',
    otherwise: 'pretty on a terminal',
    group: 'Logs and metrics:',
  },
  logLevel: {
    kind: { ...words('fatal', 'error', 'warn', 'info', 'debug', 'trace'), metavar: 'LEVEL' },
    default: 'info',
    help: 'fatal, error, warn, info, debug or trace',
    group: 'Logs and metrics:',
  },
  logQueue: {
    kind: bytes(65_536),
    default: 8 * 1024 ** 2,
    help: 'lines that wait, per process',
    group: 'Logs and metrics:',
  },
  accessLog: { kind: onOff(), default: true, help: 'a line per connection', group: 'Logs and metrics:' },
  metrics: {
    kind: localServer(),
    help: '/metrics, /healthz, /readyz',
    otherwise: 'off',
    group: 'Logs and metrics:',
  },
  inspect: {
    kind: inspector(),
    default: 'off',
    help: 'a page that shows the reactors',
    group: 'Logs and metrics:',
    takes: 'perhaps',
  },
  ledger: {
    kind: redis(),
    help: 'a Redis that counts for a fleet',
    group: 'Fleet:',
  },
  ledgerFile: {
    kind: text('FILE', 'the path of a file'),
    help: 'file with that URL, to hide its password',
    group: 'Fleet:',
  },
  whenAway: {
    kind: { ...words('local', 'allow', 'refuse'), metavar: 'WORD' },
    default: 'local',
    help: 'local, allow or refuse while it is away',
    group: 'Fleet:',
  },
} satisfies Table<Given> & Complete<Given>;

/** The keys of the table, in its order. */
export const OPTION_KEYS = keysOf(OPTIONS);

/** The name for users in camelCase, such as `drainTimeout`: the key of a file. */
export function nameOf(key: string): string {
  return key === 'nodeOptions' ? 'nodeOption' : key.replace(/Ms$/, '');
}

/** The option of the command line without its dashes, such as `drain-timeout`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The variable of the environment, such as `COUPLETD_DRAIN_TIMEOUT`. */
export function variableOf(name: string): string {
  return `COUPLETD_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;
}

/** The help of a row with its default. */
export function helpOf<T>({ kind, help, otherwise, ...row }: Row<T>): string {
  const usual = row.default === undefined || row.default === false ? undefined : kind.print(row.default);
  const shown = otherwise ?? usual;
  return shown === undefined || shown === '' ? help : `${help} [${shown}]`;
}

/** The keys of an object literal whose keys its type lists. */
export function keysOf<T extends object>(table: T): readonly (keyof T & string)[] {
  const isKey = (key: string): key is keyof T & string => Object.hasOwn(table, key);
  return Object.keys(table).filter(isKey);
}
