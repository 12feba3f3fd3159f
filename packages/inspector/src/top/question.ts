import type { Request } from './command-line.ts';
import type { Inquiry } from './inquiry.ts';
import type { Look } from './look.ts';
import type { ShownProcess } from './shown-frame.ts';

/** The most rows that an inspector sends. */
const MOST_ROWS = 200;
/** Rows are asked for in steps of so many: to scroll by less asks for nothing. */
const STEP = 100;

/** What is asked of the inspector to see what the look shows. */
export function questionOf(
  { target, token }: Request,
  look: Look,
  every: number,
): Inquiry & Required<Pick<Inquiry, 'query'>> {
  const offset = Math.floor(look.first / STEP) * STEP;
  const { sort, descending, filter, process } = look;
  const limit = Math.max(1, Math.min(MOST_ROWS, look.most - offset));
  return {
    target,
    ...(token !== undefined && { token }),
    query: { view: 'connections', sort, descending, filter, limit, offset, every },
    parameters: process === undefined ? {} : parametersOf(process),
  };
}

/** What names a process of several: its successor has the same slot. */
function parametersOf({ slot, generation, pid }: ShownProcess): Readonly<Record<string, string>> {
  return { slot: String(slot), generation: String(generation), pid: String(pid) };
}
