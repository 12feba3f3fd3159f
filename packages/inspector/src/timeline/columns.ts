import type { Scale } from './scale.ts';

/** What has happened within one column of pixels. */
export interface Column {
  readonly x: number;
  count: number;
  /** Of all together: bytes, or milliseconds. */
  sum: number;
  readonly first: number;
  last: number;
  /** The place of the first one in the list. */
  readonly index: number;
}

/**
 * Joins what falls into the same column: however many events there are, a row of a drawing has at most one mark for each column.
 * `perPixel` is how many columns a pixel has.
 */
export function columnsOf<Item extends { readonly at: number }>(
  items: readonly Item[],
  scale: Scale,
  perPixel: number,
  amount: (item: Item) => number,
): Column[] {
  const columns: Column[] = [];
  let current = Number.NaN;
  let index = -1;
  for (const item of items) {
    const { at } = item;
    index += 1;
    if (at < scale.from || at > scale.to) continue;
    const place = Math.floor(scale.x(at) * perPixel);
    const last = columns.at(-1);
    if (last !== undefined && place === current) {
      last.count += 1;
      last.sum += amount(item);
      last.last = at;
    } else {
      current = place;
      columns.push({ x: scale.x(at), count: 1, sum: amount(item), first: at, last: at, index });
    }
  }
  return columns;
}
