import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_QUERY } from 'couplet-inspector';
import { loadInspector } from '../../src/worker/inspector-module.ts';
import { noting } from '../application/context.ts';
import { FakeSurroundings } from './fake-surroundings.ts';

const ASKED = { kind: 'frame', viewer: 1, query: DEFAULT_QUERY, dropped: 0 } as const;

describe('a worker that is looked at', () => {
  test('makes frames of its reactor, until the one who looks has left', async () => {
    const around = new FakeSurroundings();
    around.start([noting([], 'a')], undefined, 'tcp:0:interface=127.0.0.1');
    await around.until('ready');
    around.worker.order({ ...ASKED, id: 7, dropped: 2 });
    await around.until('frame');
    const report = around.report('frame');
    assert.ok(report !== undefined && 'json' in report);
    assert.equal(report.id, 7);
    const frame = JSON.parse(report.json);
    assert.deepEqual([frame.dropped, frame.rows, frame.total], [2, [], 0]);
    around.worker.order({ kind: 'unwatch', viewer: 1 });
    await around.time.end();
  });

  test('does not answer once it has drained: its end does', async () => {
    const around = new FakeSurroundings();
    around.start([noting([], 'a')], undefined, 'tcp:0:interface=127.0.0.1');
    await around.until('ready');
    around.worker.order({ ...ASKED, id: 1 });
    await around.until('frame');
    around.worker.order({ kind: 'drain', timeoutMs: 100, stopTimeoutMs: 100 });
    await around.until('drained');
    const reports = around.reports.length;
    around.worker.order({ ...ASKED, id: 2 });
    await around.time.end();
    assert.deepEqual(
      around.reports.slice(reports).map(({ kind }) => kind),
      [],
    );
  });

  test('makes none without --inspect', async () => {
    const around = new FakeSurroundings();
    around.start([noting([], 'a')]);
    await around.until('ready');
    around.worker.order({ ...ASKED, id: 1 });
    await around.until('frame');
    assert.deepEqual(around.report('frame'), {
      kind: 'frame',
      id: 1,
      failure: { line: 'it was started without inspect', status: 1 },
    });
    await around.time.end();
  });
});

test('what is missing for --inspect is said in one line, with how to get it', async () => {
  await assert.rejects(
    loadInspector(() => Promise.reject(new Error("Cannot find package 'couplet-inspector'"))),
    {
      name: 'CommandError',
      status: 78,
      message: 'inspect needs the package couplet-inspector: npm install couplet-inspector',
    },
  );
});
