import assert from 'node:assert/strict';
import process from 'node:process';
import { runtime } from 'couplet-test/runtime';

/** Fails when a cost is above its threshold, and says what to do then. */
export function within(what: string, seen: number, most: number): void {
  const told = `${what}: ${seen.toFixed(2)}, and the threshold is ${most}`;
  assert.ok(seen <= most, `${told}: find out what it is for, or raise it in thresholds.ts in a commit that says why`);
}

/** Why the thresholds say nothing here: false when they do. */
export const elsewhere: string | false =
  runtime === 'node' && process.versions.node.startsWith('24.')
    ? false
    : `the thresholds are those of Node 24, and this is ${runtime} ${process.versions[runtime]}`;
