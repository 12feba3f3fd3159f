import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ListenerCounters, ProcessCounters } from '../../src/metrics/counters.ts';
import { Merge, type MergedCounters, type Seat } from '../../src/metrics/merge.ts';
import { processWith } from './process.ts';

/** A process of the model: what it has counted, and what it has reported. */
interface Modelled {
  readonly seat: Seat;
  readonly slot: string;
  /** Reports that are under way, the oldest first. */
  readonly sent: ProcessCounters[];
  now: ProcessCounters;
  known: ProcessCounters | undefined;
  alive: boolean;
}

const SERVICES = ['slow', 'fast'];

/** All counters of merged numbers, by a path. */
function countersOf(merged: MergedCounters): Map<string, number> {
  const found = new Map<string, number>([
    ['dropped', merged.droppedLines],
    ['messages', merged.droppedMessages],
  ]);
  for (const one of merged.listeners) {
    const path = `${one.service} ${one.listener}`;
    found.set(`${path} accepted`, one.accepted);
    found.set(`${path} received`, one.receivedBytes);
    found.set(`${path} sent`, one.sentBytes);
    found.set(`${path} seconds`, one.durationSeconds);
    for (const [word, count] of Object.entries(one.refused)) found.set(`${path} refused ${word}`, count);
    for (const [word, count] of Object.entries(one.closed)) found.set(`${path} closed ${word}`, count);
    for (const [bucket, count] of one.durations.entries()) found.set(`${path} bucket ${bucket}`, count);
  }
  for (const { slot, cpuSeconds } of merged.slots) found.set(`cpu ${slot}`, cpuSeconds);
  for (const [word, count] of Object.entries(merged.ledger?.decisions ?? {})) found.set(`ledger ${word}`, count);
  return found;
}

/** What a process counts after something has happened. */
function grown(before: ProcessCounters, service: string, by: number): ProcessCounters {
  const grow = ({ closed: { connection_done: done = 0 }, ...one }: ListenerCounters): ListenerCounters => ({
    ...one,
    accepted: one.accepted + by,
    receivedBytes: one.receivedBytes + 10 * by,
    sentBytes: one.sentBytes + 20 * by,
    open: by,
    queuedBytes: by,
    refused: { ...one.refused, [`reason_${by}`]: (one.refused[`reason_${by}`] ?? 0) + by },
    closed: { connection_done: done + by },
    durations: one.durations.map((count, bucket) => count + (bucket === by ? 1 : 0)),
    durationSeconds: one.durationSeconds + by,
  });
  const { granted = 0 } = before.ledger?.decisions ?? {};
  return {
    ...before,
    serial: before.serial + 1,
    listeners: before.listeners.map((one) => (one.service === service ? grow(one) : one)),
    cpuSeconds: before.cpuSeconds + by,
    droppedLines: before.droppedLines + by,
    droppedMessages: before.droppedMessages + 2 * by,
    ledger: { up: true, decisions: { granted: granted + by, refused: 0, unknown: 0 } },
  };
}

const happening = fc.oneof(
  fc.record({ what: fc.constant('join' as const), which: fc.nat(3) }),
  fc.record({
    what: fc.constant('count' as const),
    which: fc.nat(),
    service: fc.constantFrom(...SERVICES),
    by: fc.nat(7),
  }),
  fc.record({ what: fc.constant('deliver' as const), which: fc.nat(), order: fc.nat() }),
  fc.record({ what: fc.constant('end' as const), which: fc.nat() }),
);

describe('the merge of counters', () => {
  test('R-D27 no counter falls and the sums are those of the processes, in any order of reports, ends and reloads', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
        const merge = new Merge();
        const all: Modelled[] = [];
        let before = countersOf(merge.sums());
        for (const one of happenings) {
          if (one.what === 'join') {
            const slot = `${one.which}`;
            const now = processWith(SERVICES.map((service) => ({ service, listener: `${service}:1` })));
            all.push({ seat: merge.join(slot), slot, sent: [], now, known: undefined, alive: true });
          }
          const process = all[one.which % Math.max(1, all.length)];
          if (process === undefined) continue;
          if (one.what === 'count') {
            process.now = grown(process.now, one.service, one.by);
            process.sent.push(process.now);
          } else if (one.what === 'deliver') {
            const [report] = process.sent.splice(one.order % Math.max(1, process.sent.length), 1);
            if (report === undefined) continue;
            process.seat.report(report);
            if (process.alive && report.serial > (process.known?.serial ?? 0)) process.known = report;
          } else if (one.what === 'end') {
            process.seat.end();
            process.alive = false;
          }
          const merged = merge.sums();
          const after = countersOf(merged);
          for (const [path, count] of before) assert.ok((after.get(path) ?? -1) >= count, `${path} fell from ${count}`);
          before = after;
          const known = all.flatMap((each) => (each.known === undefined ? [] : [{ ...each, known: each.known }]));
          const total = (of: (one: ProcessCounters) => number): number =>
            known.reduce((sum, each) => sum + of(each.known), 0);
          assert.equal(
            merged.droppedLines,
            total((each) => each.droppedLines),
          );
          assert.equal(
            merged.ledger?.decisions.granted ?? 0,
            total((each) => each.ledger?.decisions.granted ?? 0),
          );
          for (const slot of merged.slots) {
            const here = known.filter((each) => each.slot === slot.slot);
            const living = here.filter((each) => each.alive);
            assert.equal(
              slot.cpuSeconds,
              here.reduce((sum, each) => sum + each.known.cpuSeconds, 0),
            );
            assert.equal(slot.residentBytes, living.length * 1000);
          }
          for (const sum of merged.listeners) {
            const parts = known.flatMap((each) =>
              each.known.listeners
                .filter(({ service }) => service === sum.service)
                .map((part) => ({ part, alive: each.alive })),
            );
            assert.equal(
              sum.accepted,
              parts.reduce((whole, { part }) => whole + part.accepted, 0),
            );
            assert.equal(
              sum.open,
              parts.reduce((whole, { part, alive }) => whole + (alive ? part.open : 0), 0),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a worker without an answer counts with its last values, and one that ended keeps no gauge', () => {
    const merge = new Merge();
    const first = merge.join('1');
    const second = merge.join('1');
    const loop = { p50: 1, p99: 2, max: 3, asleep: 0.5 };
    first.report(processWith([{ accepted: 5, open: 2, certificateExpiry: 100 }], { loop: { ...loop, asleep: 0.1 } }));
    second.report(processWith([{ accepted: 1, open: 1, certificateExpiry: 200 }], { loop, openDescriptors: 9 }));
    const [both] = merge.sums().listeners;
    assert.deepEqual([both?.accepted, both?.open, both?.certificateExpiry], [6, 3, 100]);
    assert.deepEqual(merge.sums().slots, [{ slot: '1', cpuSeconds: 2, residentBytes: 2000, openDescriptors: 9, loop }]);
    first.end();
    first.end();
    first.report(processWith([{ accepted: 500 }], { serial: 9 }));
    const [after] = merge.sums().listeners;
    assert.deepEqual([after?.accepted, after?.open, after?.certificateExpiry], [6, 1, 200]);
    second.end();
    assert.deepEqual(merge.sums().slots, [{ slot: '1', cpuSeconds: 2, residentBytes: 0 }]);
  });

  test('the ledger is up when it is for all that live', () => {
    const merge = new Merge();
    assert.equal(merge.sums().ledger, undefined);
    const decisions = { granted: 1, refused: 2, unknown: 3 };
    const [one, other] = [merge.join('1'), merge.join('2')];
    one.report(processWith([], { ledger: { up: false, decisions } }));
    other.report(processWith([], { ledger: { up: true, decisions } }));
    assert.equal(merge.sums().ledger?.up, false);
    one.end();
    assert.deepEqual(merge.sums().ledger, { up: true, decisions: { granted: 2, refused: 4, unknown: 6 } });
  });

  test('what is kept does not grow with processes, and is bounded for any number of names', () => {
    const merge = new Merge();
    for (let generation = 0; generation < 1500; generation += 1) {
      const seat = merge.join(`${generation}`);
      seat.report(processWith([{ listener: `127.0.0.1:${generation}`, accepted: 1 }]));
      seat.end();
    }
    const { listeners, slots } = merge.sums();
    assert.deepEqual([listeners.length, slots.length], [1001, 1001]);
    assert.equal(
      listeners.reduce((sum, one) => sum + one.accepted, 0),
      1500,
    );
    assert.equal(listeners.at(-1)?.listener, 'other');
  });
});
