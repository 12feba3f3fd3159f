import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_INS } from '../../src/commands/built-ins.ts';
import { LIMIT, SERVICE } from '../../src/configuration/service-table.ts';
import {
  flagOf,
  GROUPS,
  keysOf,
  nameOf,
  OPTIONS,
  type Table as Options,
  type Row,
} from '../../src/configuration/table.ts';
import { EXIT } from '../../src/values/exit-status.ts';

/** A table of the page: its heading, and what is in the first columns of its rows. */
export interface Table {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
}

const FOLDER = 'packages/daemon/src';
const SOURCES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(FOLDER, file), 'utf8'));

/** The tables that the page of reference has, as the sources have them. */
export function tables(): Table[] {
  const options = GROUPS.map((group): Table => ({ heading: group.replace(':', ''), rows: optionRows(OPTIONS, group) }));
  return [
    ...options.filter(({ rows }) => rows.length > 0),
    { heading: 'A service', rows: settingRows() },
    { heading: 'Built-in services', rows: BUILT_INS.map(({ name, summary }) => [code(name), summary]) },
    {
      heading: 'Exit statuses',
      rows: Object.values(EXIT).map((status) => [String(status)]),
    },
    { heading: 'Events of the log', rows: found(/event: '([a-z]+(?:\.[a-z]+)?)'/g, ['bus', 'ledger'], EVENTS) },
    { heading: 'Metrics', rows: found(/'((?:couplet|process)_[a-z_]+)'/g) },
  ];
}

/** Those whose first word stands alone in the sources. */
const EVENTS: readonly string[] = ['bus.down', 'bus.up', 'ledger.down', 'ledger.up'];

function optionRows<T extends object>(table: Options<T>, group: (typeof GROUPS)[number]): string[][] {
  const keys = keysOf(table).filter((key) => table[key].group === group);
  return keys.map((key) => optionRow(nameOf(key), table[key]));
}

function optionRow<T>(name: string, { kind, takes, otherwise, help, ...row }: Row<T>): string[] {
  const metavar = takes === 'none' ? '' : takes === 'perhaps' ? `[=${kind.metavar}]` : ` ${kind.metavar}`;
  const usual = row.default === undefined ? '' : takes === 'none' ? 'off' : kind.print(row.default);
  return [code(`--${flagOf(name)}${metavar}`), code(name), otherwise ?? usual, help];
}

function settingRows(): string[][] {
  const rows = Object.entries(SERVICE).map(([key, { help }]) => [code(nameOf(key)), help]);
  return [...rows, ...Object.entries(LIMIT).map(([key, { help }]) => [code(`limit.${key}`), help])];
}

function found(pattern: RegExp, without: readonly string[] = [], more: readonly string[] = []): string[][] {
  const names = SOURCES.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set([...names.filter((name) => !without.includes(name)), ...more])].sort().map((name) => [code(name)]);
}

/** As code in a cell of a table. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
