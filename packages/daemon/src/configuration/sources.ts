import { parse } from 'smol-toml';
import { CommandError, EXIT } from '../values/exit-status.ts';
import type { Layer } from './layer.ts';
import { suggestion } from './nearest.ts';
import { LIMIT, SERVICE } from './service-table.ts';
import { shown } from './shown.ts';
import { flagOf, nameOf, OPTION_KEYS, OPTIONS, variableOf } from './table.ts';
import { checkNames, isTree, type Path, pathText, read, type Tree } from './tree.ts';

/** What the command line says of options, by their names in camelCase: text, several texts, or that it is there. */
export type OptionWords = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

/** The options of a command line. */
export interface CommandLine {
  /** The options of the daemon. */
  readonly daemon: OptionWords;
  /** For a built-in service: its name, and the options that its section of a file would have; those of `limit` as `limitTotal`. */
  readonly service?: { readonly name: string; readonly words: OptionWords };
}

/** Variables that begin like ours but are set by Kubernetes, for a Service that is called `coupletd`. */
const LINK = /^COUPLETD_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_.*)?)$/;
/** Variables that the command reads itself. */
const OF_THE_COMMAND = ['COUPLETD_CONFIG'];
/** A key, which may have an equals sign within quotes, and its value. */
const SETTING = /^((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^='"])+)=(.*)$/s;

/** A table of which only the reading of text is needed. */
type Rows = Readonly<Record<string, { readonly kind: { fromText(text: string): unknown } }>>;

/** The name of the option of a built-in service for a key of `limit`, such as `limitPerPeer`. */
export function limitWord(key: string): string {
  return `limit${key.replace(/^./, (letter) => letter.toUpperCase())}`;
}

/** The layer of the command line. */
export function commandLineLayer({ daemon, service }: CommandLine): Layer {
  const options = valuesOf(OPTIONS, daemon);
  const tree: Tree =
    service === undefined
      ? { daemon: options }
      : { daemon: options, service: { [service.name]: sectionOf(service.words) } };
  const label = ([top, ...path]: Path): string => {
    const names = (top === 'service' ? path.slice(1) : path).filter((part) => typeof part === 'string');
    return `--${names.map(flagOf).join('-')}`;
  };
  return { tree, label, status: EXIT.usage };
}

/** The layer of `--set`. Throws a `CommandError` with 64 for what is not KEY=VALUE. */
export function setLayer(settings: readonly string[]): Layer {
  const tree = settings.map(settingOf).reduce(merged, {});
  return { tree, label: (path) => `--set ${pathText(path)}`, status: EXIT.configuration };
}

/** The layer of the environment. Throws a `CommandError` with 78 for a variable that begins like ours but is not known. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const daemon: Record<string, unknown> = {};
  const known = new Set(OF_THE_COMMAND);
  for (const key of OPTION_KEYS) {
    const name = nameOf(key);
    known.add(variableOf(name));
    const text = environment[variableOf(name)];
    if (text !== undefined && text !== '') daemon[name] = OPTIONS[key].kind.fromText(text);
  }
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('COUPLETD_') || known.has(name) || LINK.test(name)) continue;
    throw new CommandError(
      `${shown(name)} of the environment is not known${suggestion(name, known)}`,
      EXIT.configuration,
    );
  }
  const label = (path: Path): string => variableOf(path.filter((part) => typeof part === 'string').at(-1) ?? '');
  return { tree: { daemon }, label, status: EXIT.configuration };
}

/** The layer of a file. Throws a `CommandError` with 78 if it is neither TOML nor, with that ending, JSON. */
export function fileLayer(file: string, text: string): Layer {
  const { tree, place } = read(file, text);
  return { tree, label: (path) => `${place(path)}: ${pathText(path)}`, status: EXIT.configuration };
}

/** Two trees as one: tables are merged, anything else of `upper` replaces what is in `lower`. */
export function merged(lower: Tree, upper: Tree): Tree {
  const tree: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const below = tree[key];
    tree[key] = isTree(value) && isTree(below) ? merged(below, value) : value;
  }
  return tree;
}

function settingOf(setting: string): Tree {
  const [, key, text = ''] = SETTING.exec(setting) ?? [];
  if (key === undefined || /[\r\n]/.test(key) || !isTOML(`${key} = 0`))
    throw new CommandError(
      `--set ${shown(setting)} is not KEY=VALUE with a key such as daemon.workers or service."upstream/cache".listen`,
      EXIT.usage,
    );
  const tree = tryTOML(text.includes('\n') ? '' : `${key} = ${text}`) ?? parse(`${key} = ${JSON.stringify(text)}`);
  checkNames({ tree, place: () => '--set' });
  return tree;
}

function isTOML(text: string): boolean {
  return tryTOML(text) !== undefined;
}

/** The tree of a text in TOML that has something; undefined if it is another text. */
function tryTOML(text: string): Tree | undefined {
  try {
    const tree = parse(text);
    return Object.keys(tree).length === 0 ? undefined : tree;
  } catch {
    return undefined;
  }
}

/** What a file would have for the words of a command line. */
function valuesOf(rows: Rows, words: OptionWords, wordOf = nameOf): Tree {
  const tree: Record<string, unknown> = {};
  for (const [key, { kind }] of Object.entries(rows)) {
    const word = words[wordOf(key)];
    if (word !== undefined) tree[nameOf(key)] = typeof word === 'string' ? kind.fromText(word) : word;
  }
  return tree;
}

function sectionOf(words: OptionWords): Tree {
  const limit = valuesOf(LIMIT, words, limitWord);
  // On a command line these are the daemon's: with one service there is nothing to tell apart.
  const section = valuesOf(SERVICE, { ...words, workers: undefined, accept: undefined });
  return Object.keys(limit).length === 0 ? section : { ...section, limit };
}
