import { parse, TomlError } from 'smol-toml';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { shown } from './shown.ts';

/** Keys and indexes that lead to a value of a configuration. */
export type Path = readonly PropertyKey[];

/** A table of a configuration, as it was read. */
export interface Tree {
  readonly [key: string]: unknown;
}

/** The names that reach the prototype of an object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/** How many tables and lists may be in each other. */
const DEEPEST = 100;
/** The most characters of a configuration. */
export const MOST_CHARACTERS = 1_000_000;

/** Whether a value is a table. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** What was read, and where each part of it is. */
export interface Source {
  readonly tree: Tree;
  /** Names the place of a path for an error, such as `poetry.toml:3`. */
  place(path: Path): string;
}

/** Reads text in TOML, or in JSON if the name of the file ends so. Throws a `CommandError` with 78. */
export function read(file: string, text: string): Source {
  if (text.length > MOST_CHARACTERS)
    throw new CommandError(`${file} has more than ${MOST_CHARACTERS} characters`, EXIT.configuration);
  const source = file.endsWith('.json') ? readJSON(file, text) : readTOML(file, text);
  checkNames(source);
  return source;
}

/** Throws a `CommandError` with 78 if a key at any depth is one that reaches a prototype, or if the tree is too deep. */
export function checkNames({ tree, place }: Source): void {
  const left: { value: unknown; path: Path }[] = [{ value: tree, path: [] }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null || value instanceof Date) continue;
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key];
      const wrong = FORBIDDEN.has(key) ? 'is a name that no table may have' : undefined;
      const deep = here.length > DEEPEST ? `is more than ${DEEPEST} tables deep` : undefined;
      const flaw = wrong ?? deep;
      if (flaw !== undefined) throw new CommandError(`${place(here)}: ${pathText(here)} ${flaw}`, EXIT.configuration);
      left.push({ value: inner, path: here });
    }
  }
}

/** A path as a user writes it: `service."upstream/cache".workers`, and `listen[0]` within a list. Long ones are cut in the middle. */
export function pathText(path: Path): string {
  const parts = path.length > 12 ? [...path.slice(0, 6), '...', ...path.slice(-3)] : path;
  return parts
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      const text = String(part);
      return `${at === 0 ? '' : '.'}${/^([\w-]+|\.\.\.)$/.test(text) ? text : shown(text).replace(/^'|'$/g, '"')}`;
    })
    .join('');
}

function readJSON(file: string, text: string): Source {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, at] = /at position (\d+)/.exec(message) ?? [];
    const line = at === undefined ? '' : `:${text.slice(0, Number(at)).split('\n').length}`;
    throw new CommandError(`${file}${line}: not JSON: ${oneLine(message)}`, EXIT.configuration);
  }
  if (!isTree(tree)) throw new CommandError(`${file}: the file is ${shown(tree)}, not an object`, EXIT.configuration);
  return { tree, place: () => file };
}

function readTOML(file: string, text: string): Source {
  try {
    return { tree: parse(text), place: (path) => `${file}:${lineOf(text, path)}` };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ''] = error.message.split('\n');
    throw new CommandError(
      `${file}:${error.line}: not TOML: ${message.replace('Invalid TOML document: ', '')}`,
      EXIT.configuration,
    );
  }
}

/**
 * The line on which the statement begins that made a path, 1 and up. The first lines of a document are a document as well if they end with
 * a statement, so this looks for the fewest that have the path.
 */
function lineOf(text: string, path: Path): number {
  const lines = text.split('\n');
  let [without, within] = [0, lines.length];
  while (within - without > 1) {
    const middle = Math.floor((without + within) / 2);
    if (valueAt(wholeFrom(lines, middle), ...path) !== undefined) within = middle;
    else without = middle;
  }
  return within;
}

/** The tree of the first `count` lines, or of as many as it takes to end a statement. */
function wholeFrom(lines: readonly string[], count: number): Tree {
  for (let taken = count; ; taken += 1) {
    try {
      return parse(lines.slice(0, taken).join('\n'));
    } catch (error) {
      if (!(error instanceof TomlError) || taken >= lines.length) throw error;
    }
  }
}

/** What is at a path of a tree; undefined if it has nothing there. */
export function valueAt(tree: unknown, ...path: Path): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
