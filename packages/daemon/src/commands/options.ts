import { type Command, Option } from 'commander';
import { LIMIT, SERVICE } from '../configuration/service-table.ts';
import { limitWord } from '../configuration/sources.ts';
import { flagOf, GROUPS, helpOf, keysOf, nameOf, OPTIONS, type Row, type Table } from '../configuration/table.ts';

/** The heading of the limits of built-in services in help. */
const LIMITS = 'Limits:';

/** An option of a row. `words` is its name in camelCase. */
function optionOf<T>(words: string, row: Row<T>): Option {
  const { kind, takes } = row;
  const flag = `--${flagOf(words)}`;
  const value = { none: '', perhaps: ` [${kind.metavar}]`, several: ` <${kind.metavar}>`, one: ` <${kind.metavar}>` };
  const option = new Option(`${flag}${value[takes ?? 'one']}`, helpOf(row));
  return takes === 'several' ? option.argParser(several) : option;
}

/** The options of all rows of a table, under their headings in help. */
function optionsOf<T extends object>(rows: Table<T>): Option[] {
  return keysOf(rows).map((key) => optionOf(nameOf(key), rows[key]).helpGroup(rows[key].group ?? 'Options:'));
}

/** Gathers the values of an option that may be repeated. */
export function several(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Adds all options of a daemon, under their headings in help, or without being in help. */
export function addDaemonOptions(command: Command, hidden = false): void {
  const [configuration] = GROUPS;
  const own = [
    new Option('--config <FILE>', 'configuration in TOML, or JSON if it ends in .json').helpGroup(configuration),
    new Option('--set <KEY=VALUE>', 'one value of it by its path; repeatable')
      .argParser(several)
      .helpGroup(configuration),
  ];
  for (const option of [...own, ...optionsOf(OPTIONS)]) command.addOption(option.hideHelp(hidden));
}

/** Adds the options that every built-in service has. */
export function addServiceOptions(command: Command): void {
  const { listen, idleTimeoutMs, absoluteTimeoutMs, throttle, proxyProtocol } = SERVICE;
  command.addOption(optionOf('listen', listen));
  for (const option of [
    optionOf(limitWord('total'), LIMIT.total),
    optionOf(limitWord('perPeer'), LIMIT.perPeer),
    optionOf('idleTimeout', idleTimeoutMs),
    optionOf('absoluteTimeout', absoluteTimeoutMs),
    optionOf('throttle', throttle),
    optionOf('proxyProtocol', proxyProtocol),
  ])
    command.addOption(option.helpGroup(LIMITS));
}
