import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { shown } from '../configuration/shown.ts';
import { isTree, type Tree, valueAt } from '../configuration/tree.ts';
import { printable } from '../log/printable.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** A command that another package brings. */
export interface DeclaredPlugin {
  /** The name of the command. */
  readonly name: string;
  /** The package. */
  readonly package: string;
  /** The absolute path of the module. It is not imported here: that happens in the describe child and in workers. */
  readonly module: string;
  /** One line of help; empty if the package has none. */
  readonly summary: string;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Finds plug-ins: the keys of `coupletd` in the `package.json` of the direct dependencies of the nearest `package.json`, or of the
 * packages that are named. Only data is read. What is not declared correctly is told by `flaws`, each by the name of its package.
 *
 * Throws a `CommandError` with 66 if a package that is named is not installed.
 */
export function findPlugins(
  directory: string,
  named: readonly string[],
): { plugins: DeclaredPlugin[]; flaws: string[] } {
  const root = nearestManifest(resolve(directory));
  const names = named.length > 0 ? named : root === undefined ? [] : dependenciesOf(root.manifest);
  const plugins: DeclaredPlugin[] = [];
  const flaws: string[] = [];
  for (const name of new Set(names)) {
    const found = installed(name, named.length > 0 ? resolve(directory) : (root?.folder ?? directory));
    if (found === undefined && named.length > 0)
      throw new CommandError(`--plugin ${shown(name)}: no such package is installed`, EXIT.noInput);
    const declared = valueAt(found?.manifest, 'coupletd');
    if (found === undefined || declared === undefined) continue;
    if (!isTree(declared)) flaws.push(`${name}: coupletd in its package.json is ${shown(declared)}, not an object`);
    else
      for (const [command, value] of Object.entries(declared)) {
        const plugin = pluginOf(name, found.folder, command, value);
        if (typeof plugin === 'string') flaws.push(plugin);
        else plugins.push(plugin);
      }
  }
  return { plugins, flaws };
}

/** The plug-in of a declaration, or what is wrong with it. */
function pluginOf(name: string, folder: string, command: string, value: unknown): DeclaredPlugin | string {
  const { module, summary = '' } = typeof value === 'string' ? { module: value } : isTree(value) ? fieldsOf(value) : {};
  if (!NAME.test(command)) return `${name}: ${shown(command)} cannot be the name of a command`;
  if (typeof module !== 'string' || typeof summary !== 'string')
    return `${name}: the plug-in '${command}' is not the path of a module, or { "module": path, "summary": text }`;
  const path = resolve(folder, module);
  if (relative(folder, path).startsWith('..')) return `${name}: the module of '${command}' is outside of the package`;
  return { name: command, package: name, module: path, summary: printable(summary).slice(0, 60) };
}

function fieldsOf(tree: Tree): { module?: unknown; summary?: unknown } {
  return { module: valueAt(tree, 'module'), summary: valueAt(tree, 'summary') ?? '' };
}

function dependenciesOf(manifest: Tree): string[] {
  return ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((key) => {
    const table = valueAt(manifest, key);
    return isTree(table) ? Object.keys(table) : [];
  });
}

/** The nearest `package.json` at a folder or above. */
function nearestManifest(start: string): { manifest: Tree; folder: string } | undefined {
  for (const folder of upwards(start)) {
    const manifest = manifestIn(folder);
    if (manifest !== undefined) return { manifest, folder };
  }
  return undefined;
}

/** An installed package, as Node finds it from a folder. */
function installed(name: string, start: string): { manifest: Tree; folder: string } | undefined {
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name) || name.split('/').includes('..')) return undefined;
  for (const above of upwards(start)) {
    const folder = join(above, 'node_modules', name);
    const manifest = manifestIn(folder);
    if (manifest !== undefined) return { manifest, folder };
  }
  return undefined;
}

function* upwards(start: string): Generator<string> {
  for (let folder = start, last = ''; folder !== last; last = folder, folder = dirname(folder)) yield folder;
}

function manifestIn(folder: string): Tree | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return isTree(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}
