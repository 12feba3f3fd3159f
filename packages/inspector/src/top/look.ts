import type { SortKey } from '../values/query.ts';
import { SORTED } from './columns.ts';
import type { Keystroke } from './keystroke.ts';
import type { ShownProcess } from './shown-frame.ts';

/** How someone looks at a reactor: all that keys change. */
export interface Look {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly filter: string;
  /** The filter while it is typed. */
  readonly draft?: string;
  readonly paused: boolean;
  /** How many of the matching connections are above the first one that is shown. */
  readonly first: number;
  /** The process, where there are several and one was chosen. */
  readonly process?: ShownProcess;
  /** The most rows that are shown in all. */
  readonly most: number;
}

/** What is on the screen, as far as keys depend on it. */
export interface Around {
  /** How many rows there are in all, and how many the screen has room for. */
  readonly rows: number;
  readonly room: number;
  readonly processes: readonly ShownProcess[];
}

/** Whether the largest come first unless asked otherwise: of numbers other than the id, which says in which order they came. */
export function largestFirst(sort: SortKey): boolean {
  return sort !== 'id' && SORTED.some((column) => column.sort === sort && column.numeric);
}

/** The look after a key; undefined if the key ends the program. */
export function pressed(look: Look, key: Keystroke, around: Around): Look | undefined {
  if (key === 'interrupt') return undefined;
  if (look.draft !== undefined) return typed(look, look.draft, key);
  if (typeof key === 'object') return chosen(look, key.character, around);
  const last = Math.max(0, around.rows - around.room);
  const to = (first: number): Look => ({ ...look, first: Math.min(Math.max(0, first), last) });
  switch (key) {
    case 'up':
      return to(look.first - 1);
    case 'down':
      return to(look.first + 1);
    case 'pageUp':
      return to(look.first - around.room);
    case 'pageDown':
      return to(look.first + around.room);
    case 'home':
      return to(0);
    case 'end':
      return to(last);
    default:
      return look;
  }
}

/** A key while the filter is typed. */
function typed({ draft: _, ...look }: Look, draft: string, key: Keystroke): Look {
  if (typeof key === 'object') return { ...look, draft: draft + key.character };
  switch (key) {
    case 'enter':
      return { ...look, filter: draft, first: 0 };
    case 'escape':
      return look;
    case 'erase':
      return { ...look, draft: [...draft].slice(0, -1).join('') };
    case 'eraseAll':
      return { ...look, draft: '' };
    default:
      return { ...look, draft };
  }
}

/** A character otherwise. */
function chosen(look: Look, character: string, { processes }: Around): Look | undefined {
  switch (character) {
    case 'q':
      return undefined;
    case 's':
      return sortedBy(look, 1);
    case 'S':
      return sortedBy(look, -1);
    case 'r':
      return { ...look, descending: !look.descending };
    case '/':
      return { ...look, draft: look.filter };
    case 'p':
    case ' ':
      return { ...look, paused: !look.paused };
    case 'n': {
      const next = processes[(processes.findIndex(({ shown }) => shown) + 1) % processes.length];
      return next === undefined ? look : { ...look, process: next, first: 0 };
    }
    default:
      return look;
  }
}

/** Sorted by a column further on. */
function sortedBy(look: Look, step: number): Look {
  const at = SORTED.findIndex(({ sort }) => sort === look.sort);
  const { sort = look.sort } = SORTED.at((at + step) % SORTED.length) ?? {};
  return { ...look, sort, descending: largestFirst(sort) };
}
