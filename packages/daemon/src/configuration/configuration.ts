import { resolve } from 'node:path';
import * as v from 'valibot';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { checkTogether } from './checks.ts';
import type { Layer, PartOfService, Said } from './layer.ts';
import { said } from './layer.ts';
import type { Configuration, ServiceSettings } from './options.ts';
import { readText } from './read-text.ts';
import { type CommandLine, commandLineLayer, environmentLayer, fileLayer, merged, setLayer } from './sources.ts';
import { type Given, keysOf, OPTION_KEYS, OPTIONS, type Table } from './table.ts';
import { type Path, pathText, type Tree, valueAt } from './tree.ts';

/** What a configuration is read from, the most important first. All may be left out. */
export interface Sources {
  readonly commandLine?: CommandLine;
  /** The values of `--set`: KEY=VALUE. */
  readonly set?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The path of a configuration file: JSON if it ends in `.json`, else TOML. */
  readonly file?: string | undefined;
  /** The folder that the paths of the file and of `rundir` are relative to; that of the process unless set. */
  readonly directory?: string;
}

/**
 * Reads the configuration of a daemon. What one source says of an option replaces what those after it say; of a service, each key is
 * replaced by itself.
 *
 * Throws a `CommandError` of one line with 66 if a file cannot be read, with 64 for the command line, and with 78 otherwise.
 */
export async function readConfiguration(sources: Sources): Promise<Configuration> {
  const { commandLine, set, environment, file, directory = '.' } = sources;
  const layers: Layer[] = [];
  if (commandLine !== undefined) layers.push(commandLineLayer(commandLine));
  if (set !== undefined) layers.push(setLayer(set));
  if (environment !== undefined) layers.push(environmentLayer(environment));
  if (file !== undefined) layers.push(fileLayer(file, await readText(resolve(directory, file))));
  const all = layers.map(said);
  const given = daemonOf(layers, all);
  const { ledgerFile, ...options } = given;
  const configuration: Configuration = {
    options:
      ledgerFile === undefined
        ? options
        : { ...options, ledger: await ledgerOf(resolve(directory, options.rundir, ledgerFile)) },
    application: applicationOf(all),
    services: servicesOf(all),
    place: (path) => placeOf(layers, path),
  };
  checkTogether(configuration);
  return configuration;
}

/** The options of the first layer that has them, or the defaults. */
function daemonOf(layers: readonly Layer[], all: readonly Said[]): Given {
  let given = defaultsOf(OPTIONS);
  for (const [at, { daemon }] of [...all.entries()].reverse()) {
    if (daemon.ledger !== undefined && daemon.ledgerFile !== undefined) throw bothLedgers(layers[at]);
    // Either says which Redis it is, so it takes the place of the other.
    if (daemon.ledger !== undefined || daemon.ledgerFile !== undefined) {
      const { ledger, ledgerFile, ...others } = given;
      given = others;
    }
    given = { ...given, ...daemon };
  }
  if (!isWhole(given)) throw new TypeError('the table of options lacks a default');
  return given;
}

function defaultsOf<T extends object>(rows: Table<T>): Partial<T> {
  const defaults: Partial<T> = {};
  for (const key of keysOf(rows)) {
    const usual = rows[key].default;
    if (usual !== undefined) defaults[key] = usual;
  }
  return defaults;
}

function isWhole(given: Partial<Given>): given is Given {
  return OPTION_KEYS.every((key) => OPTIONS[key].default === undefined || given[key] !== undefined);
}

function bothLedgers(layer: Layer | undefined): CommandError {
  const labels = ['ledger', 'ledgerFile'].map((key) => layer?.label(['daemon', key]));
  return new CommandError(`${labels.join(' and ')} exclude each other`, layer?.status ?? EXIT.configuration);
}

/** The URL in a file, without the white space around it. */
async function ledgerOf(path: string): Promise<string> {
  const url = (await readText(path)).trim();
  const result = v.safeParse(OPTIONS.ledger.kind.schema, url);
  if (result.success) return result.output;
  throw new CommandError(`${path}: the text ${result.issues[0].message}`, EXIT.configuration);
}

function applicationOf(all: readonly Said[]): Tree | undefined {
  const trees = all.flatMap(({ application }) => (application === undefined ? [] : [application]));
  return trees.length === 0 ? undefined : trees.reduceRight(merged, {});
}

function servicesOf(all: readonly Said[]): Readonly<Record<string, ServiceSettings>> {
  const services: Record<string, ServiceSettings> = Object.create(null);
  const names = new Set(all.flatMap(({ services }) => [...services.keys()]));
  for (const name of names) {
    let settings: PartOfService = {};
    for (const { services } of all.toReversed()) {
      const part = services.get(name) ?? {};
      const limit = { ...settings.limit, ...part.limit };
      settings = Object.keys(limit).length === 0 ? { ...settings, ...part } : { ...settings, ...part, limit };
    }
    const { limit, ...others } = settings;
    services[name] = limit === undefined ? others : { ...others, limit: { scope: 'node', ...limit } };
  }
  return services;
}

/** The label of the first layer that has the path. */
function placeOf(layers: readonly Layer[], path: Path): string {
  return layers.find(({ tree }) => valueAt(tree, ...path) !== undefined)?.label(path) ?? pathText(path);
}
