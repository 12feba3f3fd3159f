import type { Request } from './command-line.ts';
import type { Inquiry } from './inquiry.ts';
import type { Look } from './look.ts';

/** The most rows that an inspector sends. */
const MOST_ROWS = 200;
/** Rows are asked for in steps of so many: to scroll by less asks for nothing. */
const STEP = 100;

/** What is asked of the inspector to see what the look shows. */
export function questionOf(
  { place, token }: Request,
  look: Look,
  every: number,
): Inquiry & Required<Pick<Inquiry, 'query'>> {
  const offset = Math.floor(look.first / STEP) * STEP;
  const { sort, descending, filter, process } = look;
  const limit = Math.max(1, Math.min(MOST_ROWS, look.most - offset));
  return {
    place,
    ...(token !== undefined && { token }),
    query: { view: 'connections', sort, descending, filter, limit, offset, every },
    parameters: process === undefined ? {} : { slot: String(process.slot), generation: String(process.generation) },
  };
}
