import { oneLine } from 'couplet';
import type { SortKey } from '../values/query.ts';
import { compact, lasting } from './amounts.ts';
import { cell, widthOf } from './cells.ts';
import type { ShownFrame, ShownRow } from './shown-frame.ts';

/** A column of the table of connections. */
export interface TableColumn {
  readonly title: string;
  /** What the inspector calls it to sort by it; absent where it cannot. */
  readonly sort?: SortKey;
  /** Whether it has numbers: they stand at the right, and the largest come first. */
  readonly numeric: boolean;
  /** Which stay where not all have room: those with the smallest. */
  readonly rank: number;
  /** How wide it may become. */
  readonly most: number;
  readonly of: (row: ShownRow, origins: ReadonlyMap<number, string>) => string;
}

/** The columns in the order in which they stand. */
export const COLUMNS: readonly TableColumn[] = [
  { title: 'id', sort: 'id', numeric: true, rank: 0, most: 9, of: (row) => String(row.id) },
  { title: 'peer', sort: 'peer', numeric: false, rank: 1, most: 45, of: (row) => row.peer ?? '-' },
  { title: 'port', sort: 'port', numeric: false, rank: 8, most: 45, of: (row, at) => at.get(row.origin) ?? '-' },
  { title: 'protocol', sort: 'protocol', numeric: false, rank: 2, most: 24, of: (row) => row.protocol ?? '-' },
  { title: 'state', sort: 'state', numeric: false, rank: 7, most: 12, of: (row) => row.state },
  { title: 'waits', sort: 'waiting', numeric: false, rank: 4, most: 12, of: (row) => row.waiting },
  { title: 'in/s', sort: 'inRate', numeric: true, rank: 6, most: 6, of: (row) => compact(row.inRate) },
  { title: 'out/s', sort: 'outRate', numeric: true, rank: 3, most: 6, of: (row) => compact(row.outRate) },
  { title: 'in', sort: 'bytesIn', numeric: true, rank: 10, most: 6, of: (row) => compact(row.bytesIn) },
  { title: 'out', sort: 'bytesOut', numeric: true, rank: 9, most: 6, of: (row) => compact(row.bytesOut) },
  { title: 'queued', sort: 'queued', numeric: true, rank: 5, most: 6, of: (row) => compact(row.queued) },
  { title: 'max', sort: 'maxQueued', numeric: true, rank: 12, most: 6, of: (row) => compact(row.maxQueued) },
  {
    title: 'idle',
    sort: 'idle',
    numeric: true,
    rank: 13,
    most: 8,
    of: (row) => (row.idleMs === undefined ? '-' : lasting(row.idleMs)),
  },
  { title: 'age', sort: 'age', numeric: true, rank: 11, most: 8, of: (row) => lasting(row.ageMs) },
  { title: 'tls', numeric: false, rank: 14, most: 3, of: (row) => (row.secure === true ? 'yes' : '-') },
];

/** The columns by which one can sort. */
export const SORTED: readonly TableColumn[] = COLUMNS.filter((column) => column.sort !== undefined);

/** Between two columns. */
const GAP = '  ';

/**
 * The heading of the table and its rows, each in at most `width` columns of the terminal. A column is as wide as what it has; the least
 * important ones are left out where there is no room for all, but never the one that the rows are sorted by.
 */
export function tableOf(
  frame: ShownFrame,
  rows: readonly ShownRow[],
  sort: SortKey,
  width: number,
): { readonly heading: string; readonly lines: readonly string[] } {
  const origins = new Map([
    ...frame.ports.map(({ id, host }) => [id, host] as const),
    ...frame.connectors.map(({ id, destination }) => [id, destination] as const),
  ]);
  const texts = rows.map((row) => new Map(COLUMNS.map((column) => [column, oneLine(column.of(row, origins))])));
  const wide = (column: TableColumn): number => {
    const widest = texts.reduce((most, cells) => Math.max(most, widthOf(cells.get(column) ?? '')), 0);
    return Math.max(widthOf(column.title), Math.min(column.most, widest));
  };
  const shown = chosen(sort, width, wide);
  const line = (textOf: (column: TableColumn) => string): string =>
    COLUMNS.flatMap((column) => {
      const columns = shown.get(column);
      return columns === undefined ? [] : [cell(textOf(column), columns, column.numeric)];
    }).join(GAP);
  return {
    heading: line((column) => column.title),
    lines: texts.map((cells) => line((column) => cells.get(column) ?? '')),
  };
}

/** The columns that have room, with their widths: the most important first. A lone one is cut to what there is. */
function chosen(sort: SortKey, width: number, wide: (column: TableColumn) => number): ReadonlyMap<TableColumn, number> {
  const rank = (column: TableColumn): number => (column.sort === sort ? 0.5 : column.rank);
  const widths = new Map<TableColumn, number>();
  let left = width;
  for (const column of [...COLUMNS].sort((a, b) => rank(a) - rank(b))) {
    const gap = widths.size === 0 ? 0 : GAP.length;
    const columns = Math.min(wide(column), widths.size === 0 ? left : Number.POSITIVE_INFINITY);
    if (columns + gap > left) break;
    widths.set(column, columns);
    left -= columns + gap;
  }
  return widths;
}
