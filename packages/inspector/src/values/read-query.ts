import { DEFAULT_QUERY, type FrameQuery, SORT_KEYS, VIEW_NAMES } from './query.ts';

/** The most characters of a value that a message shows. */
const SHOWN = 40;

/** Reads the query of a request: what it does not name is as in `DEFAULT_QUERY`. Throws a `RangeError` that names a parameter which is wrong. */
export function readQuery(parameters: URLSearchParams): FrameQuery {
  const id = parameters.get('id');
  return {
    view: oneOf(parameters, 'view', VIEW_NAMES) ?? DEFAULT_QUERY.view,
    sort: oneOf(parameters, 'sort', SORT_KEYS) ?? DEFAULT_QUERY.sort,
    descending: (oneOf(parameters, 'descending', ['true', 'false']) ?? `${DEFAULT_QUERY.descending}`) === 'true',
    filter: parameters.get('filter') ?? DEFAULT_QUERY.filter,
    limit: whole(parameters, 'limit', 1, 200) ?? DEFAULT_QUERY.limit,
    offset: whole(parameters, 'offset', 0, 1_000_000) ?? DEFAULT_QUERY.offset,
    every: seconds(parameters) ?? DEFAULT_QUERY.every,
    ...(id === null ? {} : { id: whole(parameters, 'id', 1, Number.MAX_SAFE_INTEGER) ?? 0 }),
  };
}

/** Writes a query as it stands in a request, without what is as in `DEFAULT_QUERY`. */
export function writeQuery(query: Partial<FrameQuery>): URLSearchParams {
  const defaults: ReadonlyMap<string, unknown> = new Map(Object.entries(DEFAULT_QUERY));
  const changed = Object.entries(query).filter(([name, value]) => value !== undefined && value !== defaults.get(name));
  return new URLSearchParams(Object.fromEntries(changed.map(([name, value]) => [name, String(value)])));
}

function oneOf<T extends string>(parameters: URLSearchParams, name: string, words: readonly T[]): T | undefined {
  const value = parameters.get(name);
  if (value === null) return undefined;
  const known = words.find((word) => word === value);
  if (known === undefined) throw wrong(name, value, `one of ${words.join(', ')}`);
  return known;
}

function whole(parameters: URLSearchParams, name: string, least: number, most: number): number | undefined {
  const value = parameters.get(name);
  if (value === null) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) throw wrong(name, value, `a whole number from ${least} to ${most}`);
  return number;
}

function seconds(parameters: URLSearchParams): number | undefined {
  const value = parameters.get('every');
  if (value === null) return undefined;
  const number = /^\d{1,4}(?:\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0.2 && number <= 5)) throw wrong('every', value, 'a number of seconds from 0.2 to 5');
  return number;
}

function wrong(name: string, value: string, right: string): RangeError {
  return new RangeError(`${name} is '${value.length > SHOWN ? `${value.slice(0, SHOWN)}...` : value}', not ${right}`);
}
