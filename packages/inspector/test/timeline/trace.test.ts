import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type TraceEvent, traceOf } from '../../src/entry/timeline.ts';
import { blocking, compared, together, troubled } from './recordings.ts';
import { checkTrace } from './trace-rules.ts';

/** The bytes that a counter says at last, by its run and task. */
function lastCounts(events: readonly TraceEvent[]): Map<string, unknown> {
  const counters = events.filter(({ ph }) => ph === 'C');
  return new Map(counters.map(({ pid, tid, args }) => [`${pid}/${tid}`, Object.values(args ?? {})[0]]));
}

describe('T-4 the trace of a recording', () => {
  for (const [name, recording] of [
    ['one run', { runs: [together()] }],
    ['blocking', { runs: [blocking()] }],
    ['two runs', compared()],
    ['troubles', troubled()],
    ['nothing', { runs: [] }],
  ] as const)
    test(`keeps the rules of its format: ${name}`, () => {
      const { traceEvents } = JSON.parse(JSON.stringify(traceOf(recording)));
      assert.deepEqual(checkTrace(traceEvents), []);
    });

  test('counts the bytes of each task up to the size of its poem', () => {
    const counts = lastCounts(traceOf(compared()).traceEvents);
    for (const run of [1, 2]) {
      assert.deepEqual(
        [1, 2, 3].map((task) => counts.get(`${run}/${task}`)),
        [2957, 605, 648],
      );
    }
  });

  test('has room for an hour of chunks', () => {
    const run = together([{ bytes: 200_000, each: 1, first: 0 }]);
    const { traceEvents } = traceOf({ runs: [run] });
    assert.equal(traceEvents.filter(({ ph }) => ph === 'i').length, 200_000);
    assert.equal(lastCounts(traceEvents).get('1/1'), 200_000);
  });

  test('names what a task did, with the failure of one that failed', () => {
    const { traceEvents } = traceOf({ runs: [blocking()] });
    const spans = traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === 2).map(({ name }) => name);
    assert.deepEqual(spans, ['wait for its turn', 'connect', 'download']);
    const failed = traceOf(troubled()).traceEvents.find(({ ph, tid }) => ph === 'b' && tid === 4);
    assert.deepEqual(failed?.args, { place: '127.0.0.1:10003', failure: 'connection refused' });
  });

  test('cuts a callback that the clock lets run over the end of the one around it', () => {
    const run = together();
    const callbacks = [
      { at: 10, ms: 2, name: 'Outer.call' },
      { at: 11, ms: 1.004, name: 'Inner.call' },
      { at: 12.001, ms: 1, name: 'Next.call' },
    ];
    const { traceEvents } = traceOf({ runs: [{ ...run, callbacks }] });
    assert.deepEqual(checkTrace(traceEvents), []);
    const calls = traceEvents.filter(({ cat }) => cat === 'callback').map(({ ts, dur }) => [ts, dur]);
    assert.deepEqual(calls, [
      [10_000, 2000],
      [11_000, 1000],
      [12_001, 1000],
    ]);
  });
});

describe('the rules of traces', () => {
  const X = { ph: 'X', name: 'a', pid: 1, tid: 1 } as const;
  for (const [what, events] of [
    [
      'an overlap',
      [
        { ...X, ts: 0, dur: 10 },
        { ...X, ts: 5, dur: 10 },
      ],
    ],
    [
      'a wrong order',
      [
        { ...X, ts: 9, dur: 1 },
        { ...X, ts: 5, dur: 1 },
      ],
    ],
    ['an end without its begin', [{ ph: 'e', name: 'a', cat: 'c', id: 1, pid: 1, tid: 1, ts: 1 }]],
    ['an unknown kind', [{ ph: 'Z', name: 'a', pid: 1, tid: 1, ts: 1 }]],
    ['a fraction', [{ ...X, ts: 0.5, dur: 1 }]],
  ] as const)
    test(`find ${what}`, () => assert.equal(checkTrace(events).length, 1));
});
