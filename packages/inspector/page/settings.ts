import type { FrameQuery, SortKey, ViewName } from '../src/values/query.ts';
import { LANGUAGES, type Language } from './words.ts';

/** The views, in the order of their keys. */
export const VIEWS: readonly ViewName[] = ['reactor', 'connections', 'timeline', 'events'];

/** The colour schemes: that of the system, or one that was set. */
export const SCHEMES = ['auto', 'light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

/** Seconds from one frame to the next that can be chosen. */
export const RATES: readonly number[] = [0.2, 0.5, 1, 2, 5];

/** The most rows of a frame. */
export const ROWS = 200;

const TOKEN = 'couplet-inspector-token';
const SCHEME = 'couplet-inspector-scheme';

/** What the user has chosen. */
export interface Settings {
  readonly view: ViewName;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly filter: string;
  readonly offset: number;
  readonly every: number;
  readonly id: number | undefined;
  /** The process that is looked at, where there are several. */
  readonly slot: number | undefined;
  readonly paused: boolean;
  readonly language: Language;
  readonly scheme: Scheme;
}

/** What the address and the browser say; the view and the language stand in the address, so that a reload keeps them. */
export function initialSettings(): Settings {
  const search = new URLSearchParams(location.search);
  const asked = search.get('lang') ?? navigator.language;
  const scheme = search.get('scheme') ?? localStorage.getItem(SCHEME);
  return {
    view: VIEWS.find((view) => view === search.get('view')) ?? 'reactor',
    sort: 'id',
    descending: false,
    filter: '',
    offset: 0,
    every: RATES.find((every) => String(every) === search.get('every')) ?? 1,
    id: undefined,
    slot: search.has('slot') ? Number(search.get('slot')) : undefined,
    paused: false,
    language: LANGUAGES.find((language) => asked.toLowerCase().startsWith(language)) ?? 'en',
    scheme: SCHEMES.find((one) => one === scheme) ?? 'auto',
  };
}

/** Keeps what a reload should find again. */
export function keep({ view, language, slot, scheme }: Settings): void {
  const search = new URLSearchParams(location.search);
  search.set('view', view);
  search.set('lang', language);
  if (slot !== undefined) search.set('slot', String(slot));
  history.replaceState(null, '', `${location.pathname}?${search}`);
  localStorage.setItem(SCHEME, scheme);
}

/** What the server is asked for. */
export function queryOf(settings: Settings): string {
  const { view, every, filter, id, slot } = settings;
  const query: FrameQuery = {
    view,
    every,
    sort: 'id',
    descending: false,
    filter: '',
    limit: ROWS,
    offset: 0,
    ...(view === 'connections' && {
      sort: settings.sort,
      descending: settings.descending,
      filter,
      offset: settings.offset,
      ...(id !== undefined && { id }),
    }),
  };
  const all = { ...query, ...(slot !== undefined && { slot }) };
  return new URLSearchParams(Object.entries(all).map(([name, value]) => [name, String(value)])).toString();
}

/**
 * Returns the token: from the fragment, which is then removed, so that it is neither copied with the address nor kept in the history; or
 * from the time before a reload.
 */
export function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return sessionStorage.getItem(TOKEN) ?? undefined;
  history.replaceState(null, '', location.pathname + location.search);
  sessionStorage.setItem(TOKEN, token);
  return token;
}
