import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/ipc/messages.ts';
import { InProcessChildren } from '../../src/supervisor/in-process.ts';
import { VirtualReactor } from '../application/virtual-reactor.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { fixture } from '../worker/fake-surroundings.ts';

/** Describes a fixture in this process. */
function described(name: string) {
  const time = new VirtualReactor();
  const log = new RecordingLog();
  const children = new InProcessChildren({
    reactor: time.reactor,
    openLog: () => ({ log, destination: { droppedLines: 0, reopen: () => {} } }),
    crashed: (line) => assert.fail(line),
  });
  const reports: Report['kind'][] = [];
  const exits: (number | null)[] = [];
  const child = children.start([], {
    onReport: ({ kind }) => reports.push(kind),
    onExit: (status) => exits.push(status),
  });
  child.send({
    kind: 'describe',
    program: { kind: 'application', file: fixture(name) },
    settings: undefined,
    services: {},
  });
  return { time, child, reports, exits };
}

test('a child within this process reports and ends once, in later turns', async () => {
  const { time, reports, exits } = described('handed');
  for (let turn = 0; turn < 1000 && exits.length === 0; turn += 1) await time.pass(0);
  assert.deepEqual([reports, exits], [['described'], [0]]);
  await time.end();
});

test('one that is killed ends once, however often, and says nothing more', async () => {
  const { time, child, reports, exits } = described('handed');
  child.kill('SIGABRT');
  child.kill('SIGKILL');
  assert.deepEqual(exits, []);
  for (let turn = 0; turn < 100; turn += 1) await time.pass(0);
  assert.deepEqual([reports, exits], [[], [70]]);
  await time.end();
});
