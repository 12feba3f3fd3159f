import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import fc from 'fast-check';
import { FleetHub } from '../../src/fleet/fleet-hub.ts';
import type { FleetOrder, FleetReport } from '../../src/fleet/fleet-messages.ts';
import { LocalLedger } from '../../src/fleet/local-ledger.ts';
import { NodeLedger } from '../../src/fleet/node-ledger.ts';
import { SupervisorLedger } from '../../src/fleet/supervisor-ledger.ts';
import { RecordingLog } from './recording-log.ts';
import { pass } from './turns.ts';

const KEYS = ['a', 'b'];

test('the ledger of one process grants up to the limit and takes places back', () => {
  const ledger = new LocalLedger();
  assert.deepEqual(
    [ledger.acquire('k', 2), ledger.acquire('k', 2), ledger.acquire('k', 2)],
    ['granted', 'granted', 'refused'],
  );
  assert.equal(ledger.acquire('other', 1), 'granted');
  ledger.release('k');
  assert.equal(ledger.acquire('k', 2), 'granted');
  assert.equal(ledger.held('k'), 2);
  assert.deepEqual(ledger.decisions, { granted: 4, refused: 1, unknown: 0 });
});

describe('the ledger in a supervisor', () => {
  test('agrees with a model under any order of questions, releases and deaths', () => {
    const step = fc.record({
      what: fc.constantFrom('acquire', 'acquire', 'acquire', 'release', 'forget'),
      worker: fc.nat(2),
      key: fc.constantFrom(...KEYS),
      max: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ledger = new NodeLedger<object>();
        const workers: object[] = [{}, {}, {}];
        let held: { worker: object; key: string }[] = [];
        for (const { what, worker: slot, key, max } of steps) {
          const worker = workers[slot];
          assert.ok(worker !== undefined);
          if (what === 'acquire') {
            const free = held.filter((one) => one.key === key).length < max;
            assert.equal(ledger.acquire(worker, key, max), free ? 'granted' : 'refused');
            if (free) held.push({ worker, key });
          } else if (what === 'release') {
            ledger.release(worker, key);
            const at = held.findIndex((one) => one.worker === worker && one.key === key);
            if (at !== -1) held.splice(at, 1);
          } else {
            ledger.forget(worker);
            held = held.filter((one) => one.worker !== worker);
            assert.equal(ledger.acquire(worker, key, 1000), 'refused');
            workers[slot] = {};
          }
          for (const one of KEYS) assert.equal(ledger.held(one), held.filter((place) => place.key === one).length);
        }
      }),
    );
  });
});

/** A supervisor and its workers, with channels that take their time. */
class Machine {
  readonly clock: Clock = new Clock();
  readonly hub: FleetHub<WorkerProcess> = new FleetHub(
    { send: (worker, order) => worker.receive(order), full: () => false },
    () => 'worker',
  );
}

/** One worker of a machine. What it says and hears is in order, each some milliseconds late. */
class WorkerProcess {
  readonly ledger: SupervisorLedger;
  readonly #machine: Machine;
  readonly #delay: () => number;
  #upAt = 0;
  #downAt = 0;
  alive = true;

  constructor(machine: Machine, delay: () => number) {
    this.#machine = machine;
    this.#delay = delay;
    this.ledger = new SupervisorLedger((report) => this.#tell(report), machine.clock, new RecordingLog());
  }

  receive(order: FleetOrder): void {
    const { clock } = this.#machine;
    this.#downAt = Math.max(this.#downAt, clock.now() + this.#delay());
    clock.callLater(this.#downAt - clock.now(), () => {
      if (this.alive && order.kind === 'answer') this.ledger.answer(order.id, order.answer);
    });
  }

  /** Kills it. What it has said is still heard. */
  kill(): void {
    this.alive = false;
    this.#machine.hub.forget(this);
  }

  #tell(report: FleetReport): void {
    const { clock, hub } = this.#machine;
    this.#upAt = Math.max(this.#upAt, clock.now() + this.#delay());
    clock.callLater(this.#upAt - clock.now(), () => hub.report(this, report));
  }
}

describe('the ledger over a supervisor', () => {
  test('R-D28 with 4 workers and 1,000 clients there are never 101, a free slot is taken at once, and it ends at 0', async () => {
    const machine = new Machine();
    const { clock } = machine;
    const workers = Array.from({ length: 4 }, () => new WorkerProcess(machine, () => clock.random() * 3));
    let held = 0;
    let most = 0;
    let served = 0;
    /** When places were given back that clients waited for. */
    const freed: number[] = [];
    let longestFree = 0;
    let waiting = 1000;
    const client = async (at: number): Promise<void> => {
      const worker = workers[at % 4];
      assert.ok(worker !== undefined);
      while ((await worker.ledger.acquire('total', 100, new AbortController().signal)) !== 'granted')
        await new Promise<void>((resolve) => clock.callLater(5 + clock.random() * 10, resolve));
      waiting -= 1;
      held += 1;
      most = Math.max(most, held);
      longestFree = Math.max(longestFree, clock.now() - (freed.shift() ?? clock.now()));
      await new Promise<void>((resolve) => clock.callLater(clock.random() * 200, resolve));
      if (waiting > 100) freed.push(clock.now());
      held -= 1;
      served += 1;
      worker.ledger.release('total');
    };
    const clients = Array.from({ length: 1000 }, (_, at) => client(at));
    while (served < 1000) await pass(clock, 100);
    await Promise.all(clients);
    await pass(clock, 20);
    assert.equal(most, 100);
    assert.ok(longestFree < 100, `a slot was free for ${longestFree} ms`);
    assert.equal(machine.hub.ledger.held('total'), 0);
  });

  test('never exceeds the limit and ends at 0 under delays, questions given up, deaths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const machine = new Machine();
        const clock = new Clock({ seed });
        const delay = (): number => (clock.random() < 0.05 ? 1080 : clock.random() * 10);
        let workers = Array.from({ length: 3 }, () => new WorkerProcess(machine, delay));
        const holding: { worker: WorkerProcess }[] = [];
        for (let step = 0; step < 150; step += 1) {
          const worker = workers[Math.floor(clock.random() * 3)];
          assert.ok(worker !== undefined);
          const dice = clock.random();
          if (dice < 0.6) {
            const controller = new AbortController();
            Promise.resolve(worker.ledger.acquire('k', 4, controller.signal)).then((answer) => {
              if (answer !== 'granted' || !worker.alive) return;
              holding.push({ worker });
              const living = holding.filter((one) => one.worker.alive).length;
              assert.ok(living <= 4, `${living} places`);
            });
            if (clock.random() < 0.2) controller.abort();
          } else if (dice < 0.95) {
            const [one] = holding.splice(0, 1);
            if (one?.worker.alive) one.worker.ledger.release('k');
          } else {
            worker.kill();
            workers = workers.map((one) => (one === worker ? new WorkerProcess(machine, delay) : one));
          }
          await pass(machine.clock, Math.ceil(clock.random() * 5));
        }
        await pass(machine.clock, 4000, 50);
        for (const { worker } of holding.splice(0)) if (worker.alive) worker.ledger.release('k');
        await pass(machine.clock, 4000, 50);
        assert.equal(machine.hub.ledger.held('k'), 0);
      }),
      { numRuns: 30 },
    );
  });

  test('a question waits a second; after five none waits, until the supervisor answers', async () => {
    const clock = new Clock();
    const log = new RecordingLog();
    const sent: FleetReport[] = [];
    const ledger = new SupervisorLedger((report) => sent.push(report), clock, log);
    const { signal } = new AbortController();
    for (let at = 1; at <= 5; at += 1) {
      let answer: string | undefined;
      void Promise.resolve(ledger.acquire('k', 9, signal)).then((value) => {
        answer = value;
      });
      await pass(clock, 999);
      assert.equal(answer, undefined);
      assert.equal(ledger.up, true);
      await pass(clock, 1);
      assert.equal(answer, 'unknown');
    }
    assert.equal(ledger.up, false);
    assert.equal(ledger.acquire('k', 9, signal), 'unknown');
    assert.equal(sent.length, 5);
    assert.deepEqual(log.lines, [
      { level: 'warn', event: 'ledger.down', reason: 'the supervisor: no answer within 1000 ms' },
    ]);
    ledger.answer(1, 'granted');
    assert.deepEqual(sent[5], { kind: 'release', key: 'k' });
    assert.equal(ledger.up, true);
    assert.deepEqual(log.events, ['ledger.down', 'ledger.up']);
    // It counts anew: four are not enough.
    ledger.answer(2, 'refused');
    assert.equal(sent.length, 6);
    for (let at = 0; at < 4; at += 1) void ledger.acquire('k', 9, signal);
    await pass(clock, 1010);
    assert.equal(ledger.up, true);
    assert.deepEqual(ledger.decisions, { granted: 0, refused: 0, unknown: 10 });
    assert.equal(clock.getDelayedCalls().length, 0);
  });

  test('a place is given back when the question was given up before the answer', async () => {
    const sent: FleetReport[] = [];
    const ledger = new SupervisorLedger((report) => sent.push(report), new Clock(), new RecordingLog());
    const controller = new AbortController();
    const answer = ledger.acquire('k', 1, controller.signal);
    controller.abort();
    assert.equal(await answer, 'unknown');
    assert.equal(ledger.decisions.unknown, 0);
    ledger.answer(1, 'granted');
    assert.deepEqual(sent.slice(1), [{ kind: 'release', key: 'k' }]);
  });

  test('once the supervisor has died everything is unknown, also what waits, and nothing is sent', async () => {
    const sent: FleetReport[] = [];
    const log = new RecordingLog();
    const ledger = new SupervisorLedger((report) => sent.push(report), new Clock(), log);
    const { signal } = new AbortController();
    const waits = ledger.acquire('k', 1, signal);
    ledger.lost();
    assert.equal(await waits, 'unknown');
    assert.equal(ledger.acquire('k', 1, signal), 'unknown');
    ledger.release('k');
    assert.equal(sent.length, 1);
    assert.deepEqual(log.events, ['ledger.down']);
  });

  test('at most 10,000 questions wait', async () => {
    const ledger = new SupervisorLedger(() => {}, new Clock(), new RecordingLog());
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    for (let at = 0; at < 10_000; at += 1) assert.ok(ledger.acquire('k', 1, signal) instanceof Promise);
    assert.equal(ledger.acquire('k', 1, signal), 'unknown');
  });
});
