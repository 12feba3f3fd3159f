import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as entry from 'couplet-inspector';

/** The public surface: the names of values and of types. A change of it is a change of this list. */
const SURFACE = {
  values: ['DEFAULT_QUERY', 'SORT_KEYS', 'VIEW_NAMES', 'frames', 'readQuery', 'serveInspector', 'writeQuery'],
  types: [
    'Chosen',
    'Descriptors',
    'Frame',
    'FrameQuery',
    'FrameSource',
    'FrameViewer',
    'Frames',
    'FramesOptions',
    'Inspector',
    'InspectorEvent',
    'InspectorOptions',
    'LaneSlice',
    'Passed',
    'PortFrame',
    'ProcessChoice',
    'Rates',
    'Row',
    'SortKey',
    'TimelineSlice',
    'ViewName',
  ],
};

describe('couplet-inspector exports what is listed', () => {
  test('values', () => {
    assert.deepEqual(Object.keys(entry).sort(), SURFACE.values);
  });

  test('types', () => {
    const source = readFileSync('packages/inspector/src/entry/inspector.ts', 'utf8');
    const types = [...source.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
    assert.deepEqual(
      types
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .sort(),
      SURFACE.types,
    );
  });
});
