import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as entry from 'coupletd';

/** The public surface: the names of values and of types. A change of it is a change of this list. */
const SURFACE = {
  values: [
    'ClientService',
    'MultiService',
    'ServiceError',
    'StreamServerService',
    'TimerService',
    'application',
    'main',
  ],
  types: [
    'Application',
    'ApplicationOptions',
    'Bus',
    'ClientServiceOptions',
    'Log',
    'LogFields',
    'LogLevel',
    'Membership',
    'Plugin',
    'Presence',
    'Present',
    'ServerPlaces',
    'Service',
    'ServiceContext',
    'ServiceDeadlines',
    'Services',
    'Subscriber',
    'Subscription',
    'TimerOptions',
  ],
};

describe('coupletd exports what is listed', () => {
  test('values', () => {
    assert.deepEqual(Object.keys(entry).sort(), SURFACE.values);
  });

  test('types', () => {
    const source = readFileSync('packages/daemon/src/entry/coupletd.ts', 'utf8');
    const types = [...source.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
    assert.deepEqual(types.map((name) => name.trim()).sort(), SURFACE.types);
  });
});
