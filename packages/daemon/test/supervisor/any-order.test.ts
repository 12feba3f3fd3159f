import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FULL } from 'couplet-test/full';
import fc from 'fast-check';
import type { Reloaded } from '../../src/supervisor/supervisor.ts';
import { CommandError } from '../../src/values/exit-status.ts';
import type { Conduct, FakeProcess } from './fake-children.ts';
import { Stage } from './stage.ts';
import { settled } from './turns.ts';

type Step = (stage: Stage, told: Promise<Reloaded>[]) => void | Promise<void>;

/** A step, and what it is called when a run has failed. */
interface Named {
  readonly step: Step;
  toString(): string;
}

function named(name: string, step: Step): Named {
  return { step, toString: () => name };
}

/** Has one of the processes that live do something. */
function some(name: string, act: (process: FakeProcess) => void): fc.Arbitrary<Named> {
  return fc.nat(7).map((at) =>
    named(`${name} ${at}`, ({ children: { living } }) => {
      const process = living[at % Math.max(1, living.length)];
      if (process !== undefined) act(process);
    }),
  );
}

const failure = { line: 'app.ts:3: boom', status: 70 };

const conducts: readonly Partial<Conduct>[] = [
  {},
  { startMs: 3000 },
  { start: 'fails' },
  { start: 'exits' },
  { start: 'never' },
  { start: 'cannot be spawned' },
  { drainMs: Infinity },
  { yieldMs: 4000, drainMs: 8000 },
  { yieldMs: 3_600_000 },
];

const pass = fc
  .oneof(fc.nat(30), fc.nat(3000), fc.nat(40_000))
  .map((ms) => named(`pass ${ms}`, (stage) => stage.pass(ms)));

const steps = fc.oneof(
  { weight: 6, arbitrary: pass },
  { weight: 2, arbitrary: some('kill', (process) => process.exit(null, 'SIGKILL')) },
  { weight: 1, arbitrary: some('end', (process) => process.exit(0)) },
  { weight: 1, arbitrary: some('fail', (process) => process.report({ kind: 'failed', failure })) },
  { weight: 1, arbitrary: some('hang', (process) => process.hang()) },
  { weight: 1, arbitrary: some('terminate', (process) => process.report({ kind: 'leaving' })) },
  { weight: 1, arbitrary: some('be ready twice', (process) => process.report({ kind: 'ready' })) },
  {
    weight: 1,
    arbitrary: some('grow', (process) => {
      process.residentBytes = 101;
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...conducts).map((conduct) =>
      named(`conduct ${JSON.stringify(conduct)}`, ({ children }) => {
        children.conduct = conduct;
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ code: fc.constantFrom('a', 'b', 'c'), workers: fc.integer({ min: 1, max: 3 }) })
      .map((disk) =>
        named(`reload ${JSON.stringify(disk)}`, (stage, told) => {
          const { code, workers } = disk;
          const services =
            code === 'a' ? { echo: ['tcp:7'] } : { echo: ['tcp:7'], [code]: [`tcp:${code.charCodeAt(0)}`] };
          told.push(stage.reload({ code, services, options: { ...OPTIONS, workers } }));
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      named('reload nothing', (stage, told) => {
        const before = stage.disk;
        told.push(stage.reload(new CommandError('app.ts:1: no', 70)));
        void settled().then(() => {
          stage.disk = before;
        });
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(20).map((turns) =>
      named(`bind in ${turns} turns`, ({ sockets }) => {
        sockets.turns = turns;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      named('certificates', (stage, told) => {
        if (!(stage.disk instanceof Error)) told.push(stage.reload({ certificates: { a: String(stage.clock.now()) } }));
      }),
    ),
  },
);

const stops = fc
  .constantFrom('leave', 'abort')
  .map((how) => named(how, ({ supervisor }) => supervisor[how === 'leave' ? 'leave' : 'abort']()));

const OPTIONS = {
  reloadDrainTimeoutMs: 20_000,
  drainTimeoutMs: 10_000,
  drainDelayMs: 100,
  workerTimeoutMs: 10_000,
  maxWorkerMemory: 100,
} as const;

/** What holds at any instant. */
function check({ supervisor, sockets }: Stage): void {
  const { serving, workers } = supervisor.generations;
  const ready = workers
    .filter(({ state }) => state === 'ready')
    .map(({ group, slot, generation }) => `${group}/${slot}.${generation}`);
  assert.equal(new Set(ready).size, ready.length, `a slot has several workers: ${ready.join(', ')}`);
  if (!['ready', 'reloading', 'leaving'].includes(supervisor.state)) return;
  for (const { plan } of serving.values())
    for (const { id } of plan.sockets) assert.ok(sockets.open.has(id), `the socket ${id} is closed while it is in use`);
  assert.equal(supervisor.well, true);
}

async function play(all: readonly Named[], told: Promise<Reloaded>[], stage: Stage): Promise<void> {
  for (const { step } of all) {
    await step(stage, told);
    check(stage);
  }
}

test('in any order of events the invariants hold, everything is told, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { maxLength: 25 }),
      stops,
      fc.array(steps, { maxLength: 6 }),
      fc.nat(),
      async (before, stop, after, seed) => {
        const stage = new Stage({ options: { ...OPTIONS, workers: 2 } }, seed);
        const told: Promise<Reloaded>[] = [];
        const started = stage.start().catch(() => {});
        await settled();
        await play(before, told, stage);
        await play([stop, ...after], told, stage);
        await stage.pass(200_000);
        await started;
        let results = 0;
        for (const one of told)
          void one.then(() => {
            results += 1;
          });
        await settled();
        assert.equal(results, told.length, 'a reload has come to nothing');
        await stage.over();
      },
    ),
    { numRuns: FULL ? 300 : 100 },
  );
});

test('R-D34 after any events each slot serves again, and one worker leads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25 }), fc.nat(), async (events, seed) => {
      const stage = new Stage({ options: { ...OPTIONS, workers: 2 } }, seed);
      const started = stage.start().catch(() => {});
      await stage.pass(1000);
      await started;
      await play(events, [], stage);
      stage.children.conduct = {};
      for (const process of stage.children.living) process.residentBytes = 1;
      await stage.pass(150_000);
      assert.equal(stage.supervisor.state, 'ready');
      for (const group of stage.supervisor.generations.groups)
        assert.ok(group.complete, `${group.plan.name} is not complete`);
      assert.equal(stage.supervisor.generations.groups.length, 1);
      assert.equal(stage.sockets.refusing.size, 0);
      assert.deepEqual(stage.children.leaders, [stage.at(1)]);
      await stage.stop();
    }),
    { numRuns: FULL ? 100 : 40 },
  );
});
