import * as v from 'valibot';
import { CommandError, EXIT, type ExitStatus } from '../values/exit-status.ts';
import { suggestion } from './nearest.ts';
import type { ServiceSettings } from './options.ts';
import { LIMIT, SERVICE } from './service-table.ts';
import { shown } from './shown.ts';
import { type Given, keysOf, nameOf, OPTIONS, type Table } from './table.ts';
import { isTree, type Path, type Tree } from './tree.ts';

/** One of the places that a configuration comes from, such as the file or the environment. */
export interface Layer {
  readonly tree: Tree;
  /** Names a path as the user wrote it, and where: `poetry.toml:3: daemon.workers`, `COUPLETD_WORKERS`, `--workers`. */
  label(path: Path): string;
  /** What the command ends with if something of this is wrong. */
  readonly status: ExitStatus;
}

/** The settings of a service as one layer has them: not what they are when all are put together. */
export type PartOfService = Omit<ServiceSettings, 'limit'> & {
  readonly limit?: Partial<NonNullable<ServiceSettings['limit']>>;
};

/** What one layer says, checked and converted. */
export interface Said {
  readonly daemon: Partial<Given>;
  readonly services: ReadonlyMap<string, PartOfService>;
  readonly application: Tree | undefined;
}

/** The tables at the top of a configuration. */
const TOP = ['daemon', 'application', 'service'];

/** Checks and converts a layer. Throws a `CommandError` of one line for the first thing that is wrong. */
export function said(layer: Layer): Said {
  checkKeys(layer, layer.tree, [], TOP);
  const daemon = take(OPTIONS, layer, table(layer, layer.tree, ['daemon']) ?? {}, ['daemon']);
  const services = new Map<string, PartOfService>();
  const sections = table(layer, layer.tree, ['service']) ?? {};
  for (const name of Object.keys(sections)) {
    const path = ['service', name];
    const section = table(layer, sections, path) ?? {};
    const settings: PartOfService = take(SERVICE, layer, section, path, ['limit']);
    const limit = table(layer, section, [...path, 'limit']);
    services.set(
      name,
      limit === undefined ? settings : { ...settings, limit: take(LIMIT, layer, limit, [...path, 'limit']) },
    );
  }
  return { daemon, services, application: table(layer, layer.tree, ['application']) };
}

/** The table at the end of a path, which `tree` holds; undefined if it is missing. */
function table(layer: Layer, tree: Tree, path: readonly string[]): Tree | undefined {
  const key = path.at(-1) ?? '';
  const value = tree[key];
  if (value === undefined || isTree(value)) return value;
  throw new CommandError(`${layer.label(path)} is ${shown(value)}, not a table`, layer.status);
}

/** What a tree says of the rows of a table, with the keys of the program. `others` are keys that the tree may have besides. */
function take<T extends object>(
  rows: Table<T>,
  layer: Layer,
  tree: Tree,
  path: readonly string[],
  others: readonly string[] = [],
): Partial<T> {
  const keys = keysOf(rows);
  checkKeys(layer, tree, path, [...keys.map(nameOf), ...others]);
  const taken: Partial<T> = {};
  for (const key of keys) {
    const value = tree[nameOf(key)];
    if (value === undefined) continue;
    const result = v.safeParse(rows[key].kind.schema, value);
    if (result.success) taken[key] = result.output;
    else {
      const [issue] = result.issues;
      // Within a value there are lists only.
      const inner = issue.path?.map((item) => Number(item.key)) ?? [];
      throw new CommandError(`${layer.label([...path, nameOf(key), ...inner])} ${issue.message}`, layer.status);
    }
  }
  return taken;
}

function checkKeys(layer: Layer, tree: Tree, path: readonly string[], known: readonly string[]): void {
  const unknown = Object.keys(tree).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const label = layer.label([...path, unknown]);
  throw new CommandError(`${label} is not known${suggestion(unknown, known)}`, EXIT.configuration);
}
