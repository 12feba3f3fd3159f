import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUPERVISOR_LIFE } from '../../src/supervisor/supervisor-life.ts';
import { WORKER_LIFE } from '../../src/supervisor/worker-life.ts';

/** The pairs of state and event that a table leaves out. */
function missing(table: Readonly<Record<string, object>>): readonly string[] {
  const events = new Set(Object.values(table).flatMap((row) => Object.keys(row)));
  return Object.entries(table).flatMap(([state, row]) => {
    const left = [...events].filter((event) => !(event in row)).sort();
    return left.length === 0 ? [] : [`${state}: ${left.join(' ')}`];
  });
}

test('the life of a worker leaves out just what is impossible', () => {
  assert.deepEqual(missing(WORKER_LIFE), [
    'starting: silent',
    'ready: late',
    'dying: late silent',
    'ended: exited failed late ready silent',
  ]);
});

test('the life of a supervisor leaves out just what is impossible', () => {
  assert.deepEqual(missing(SUPERVISOR_LIFE), [
    'starting: delayed over reload reloaded',
    'ready: delayed over reloaded started',
    'reloading: delayed over reload started',
    'leaving: over reload started',
    'draining: delayed reload started',
    'ending: delayed reload started',
    'ended: delayed reload started',
  ]);
});
