import type { Check } from './check.ts';
import { connectionChecks } from './check-connection.ts';
import { refusalChecks } from './check-refusal.ts';
import { writingChecks } from './check-writing.ts';
import type { Venue } from './stage.ts';

/**
 * What every backend has to pass: each rule of the contract that can be seen from above the seam, as checks for any test
 * runner: `for (const { name, run } of checkBackend(venue)) test(name, run)`. Each check runs a reactor of its own.
 */
export function checkBackend(venue: Venue): Check[] {
  return [...connectionChecks(venue), ...refusalChecks(venue), ...writingChecks(venue)];
}
