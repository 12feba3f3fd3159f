import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Machine } from '../../src/machine/machine.ts';
import type { States } from '../../src/machine/states.ts';

const door = new Machine('door', 'shut', {
  shut: { push: { to: 'open', call: 'creak' }, pull: 'ignore', lock: { to: 'locked' }, kick: { to: 'shut' } },
  open: { push: 'ignore', pull: { to: 'shut', call: 'bang' }, kick: { to: 'open', call: 'creak' } },
  locked: { unlock: { to: 'shut' } },
});

describe('a machine', () => {
  test('begins a run in the initial state, and calls nothing', () => {
    const run = door.start({ creak: () => assert.fail(), bang: () => assert.fail() });
    assert.equal(run.state, 'shut');
    assert.equal(door.initial, 'shut');
  });

  test('changes the state first, then calls the action as a method, with the argument', () => {
    const heard: unknown[] = [];
    const actions = {
      creak(force: number) {
        heard.push(this === actions, force, run.state);
      },
      bang() {},
    };
    const run = door.start(actions);
    run.push(3);
    assert.deepEqual(heard, [true, 3, 'open']);
    run.kick(5);
    assert.deepEqual(heard, [true, 3, 'open', true, 5, 'open']);
  });

  test('calls nothing where no action is named, also when the state stays', () => {
    const run = door.start({ creak: () => assert.fail(), bang: () => assert.fail() });
    run.kick();
    assert.equal(run.state, 'shut');
    run.lock();
    assert.equal(run.state, 'locked');
  });

  test('returns what the action returned, and nothing without one', async () => {
    const run = door.start({ creak: async (force: number) => force, bang: () => 'bang' });
    assert.equal(run.pull(), undefined);
    assert.equal(await run.push(3), 3);
    assert.equal(run.push(3), undefined);
    assert.equal(run.pull(), 'bang');
  });

  test('ignores what a state is to ignore', () => {
    const run = door.start({ creak: () => {}, bang: () => assert.fail() });
    run.pull();
    assert.equal(run.state, 'shut');
  });

  test('refuses an event that the state does not take, and changes nothing', () => {
    const run = door.start({ creak: () => {}, bang: () => {} });
    assert.throws(() => run.unlock(), { name: 'Error', message: "door: the state 'shut' takes no event 'unlock'" });
    assert.equal(run.state, 'shut');
    run.lock();
    assert.throws(() => run.push(), { message: "door: the state 'locked' takes no event 'push'" });
    assert.equal(run.state, 'locked');
  });

  test('runs an event that an action raises at once, in the new state', () => {
    const heard: string[] = [];
    const run = door.start({
      creak(): void {
        heard.push(`creak, ${run.state}`);
        run.pull();
        heard.push(`creaked, ${run.state}`);
      },
      bang: (): void => void heard.push(`bang, ${run.state}`),
    });
    run.push();
    assert.deepEqual(heard, ['creak, open', 'bang, shut', 'creaked, shut']);
  });

  test('tells an action that raises an event which the new state does not take, where it raises it', () => {
    const run = door.start({
      creak: (): void => assert.throws((): void => run.lock(), /the state 'open' takes no/),
      bang: () => {},
    });
    run.push();
    assert.equal(run.state, 'open');
  });

  test('lets through what an action throws; the state stays changed, and the run goes on', () => {
    const run = door.start({
      creak: () => {
        throw new Error('rust');
      },
      bang: () => {},
    });
    assert.throws(() => run.push(), { message: 'rust' });
    assert.equal(run.state, 'open');
    run.pull();
    assert.equal(run.state, 'shut');
  });

  test('is shared: each run has its own state and actions', () => {
    const heard: string[] = [];
    const [front, back] = ['front', 'back'].map((name) =>
      door.start({ creak: () => heard.push(name), bang: () => {} }),
    );
    front?.push();
    back?.lock();
    assert.deepEqual([front?.state, back?.state, heard], ['open', 'locked', ['front']]);
  });

  test('takes the names that every object has for events, states and actions', () => {
    const odd = new Machine('odd', 'toString', {
      toString: { constructor: { to: 'valueOf', call: 'hasOwnProperty' } },
      valueOf: { valueOf: { to: 'toString' } },
    });
    const run = odd.start({ hasOwnProperty: () => true });
    assert.throws(() => run.valueOf(), { message: "odd: the state 'toString' takes no event 'valueOf'" });
    assert.equal(run.constructor(), true);
    assert.equal(run.state, 'valueOf');
  });
});

describe('a machine that is declared wrong', () => {
  const declare = (initial: string, states: States): unknown => new Machine('door', initial, states);

  test('names a transition to a state that is not declared', () => {
    const message = "door: 'push' leads from 'shut' to 'ajar', which is not a state";
    assert.throws(() => declare('shut', { shut: { push: { to: 'ajar' } } }), { name: 'Error', message });
    assert.throws(() => declare('shut', { shut: { push: { to: 'toString' } } }), /to 'toString', which is not a state/);
  });

  test('names an initial state that is not declared', () => {
    assert.throws(() => declare('ajar', { shut: {} }), { message: "door: it begins in 'ajar', which is not a state" });
  });

  test('refuses an event called state', () => {
    assert.throws(
      () => declare('shut', { shut: { state: { to: 'shut' } } }),
      /^Error: door: an event cannot be called/,
    );
  });

  test('names an action that is missing, at the start', () => {
    const loose: { creak: () => void; bang: () => void } = JSON.parse('{ "bang": 1 }');
    assert.throws(() => door.start(loose), {
      name: 'TypeError',
      message: "door: the actions do not have a method 'creak'",
    });
  });
});

/** Any machine of a few states, all of whose transitions call `act`, and the events of a walk through it. */
const walks = fc
  .record({ states: fc.integer({ min: 1, max: 6 }), events: fc.integer({ min: 1, max: 5 }) })
  .chain(({ states, events }) => {
    const state = fc.nat(states - 1).map((at) => `s${at}`);
    const event = fc.nat(events - 1).map((at) => `e${at}`);
    const transition = fc.oneof(
      fc.record({ to: state }),
      fc.record({ to: state, call: fc.constant('act') }),
      fc.constant('ignore' as const),
    );
    const row = fc.dictionary(event, transition, { maxKeys: events });
    const table = fc
      .array(row, { minLength: states, maxLength: states })
      .map((rows): States => Object.fromEntries(rows.map((row, at) => [`s${at}`, row])));
    return fc.record({ table, initial: state, walk: fc.array(event, { maxLength: 40 }) });
  });

describe('a random machine on a random walk', () => {
  test('is always in a declared state, and does and refuses exactly what its table says', () => {
    fc.assert(
      fc.property(walks, ({ table, initial, walk }) => {
        const acts: string[] = [];
        const machine = new Machine('any', initial, table);
        const run = machine.start({ act: () => acts.push(run.state) });
        const expected: string[] = [];
        let state = initial;
        for (const event of walk) {
          const step = table[state]?.[event];
          const method = run[event];
          const known = Object.values(table).some((row) => Object.hasOwn(row, event));
          assert.equal(method !== undefined, known, 'a run has a method for each declared event');
          if (method === undefined) continue;
          const raise = (): void => method.call(run);
          if (step === undefined) {
            assert.throws(raise, { message: `any: the state '${state}' takes no event '${event}'` });
          } else {
            raise();
            if (step !== 'ignore') state = step.to;
            if (step !== 'ignore' && step.call !== undefined) expected.push(state);
          }
          assert.ok(Object.hasOwn(table, run.state));
          assert.equal(run.state, state);
          assert.deepEqual(acts, expected);
        }
      }),
    );
  });
});
