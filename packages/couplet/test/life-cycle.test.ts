import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Action, Happening, State } from '../src/engine/life-cycle.ts';
import { delivers, sends, transition, writes } from '../src/engine/life-cycle.ts';

/** What is expected of a pair: the new state with what is done to the wire, or nothing. */
type Expected = State | `${State}, ${Exclude<Action, 'none'>}` | 'nothing';

/** Every pair, written out: the types see to it that none is missing. */
const TABLE: Record<State, Record<Happening, Expected>> = {
  open: {
    lose: 'closing, discard',
    shut: 'shutting',
    eof: 'finishing',
    halfClose: 'writing',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  shutting: {
    lose: 'closing, discard',
    shut: 'nothing',
    eof: 'finishing',
    halfClose: 'finishing',
    sent: 'reading, end',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  reading: {
    lose: 'lingering, linger',
    shut: 'nothing',
    eof: 'leaving, close',
    halfClose: 'leaving, close',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  writing: {
    lose: 'finishing',
    shut: 'finishing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  closing: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'finishing',
    halfClose: 'finishing',
    sent: 'lingering, endAndLinger',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  finishing: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'leaving, close',
    lingered: 'nothing',
    abort: 'aborting, abort',
    quit: 'aborting, close',
    closed: 'gone',
  },
  lingering: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'leaving, close',
    halfClose: 'leaving, close',
    sent: 'nothing',
    lingered: 'leaving, close',
    abort: 'aborting, abort',
    quit: 'leaving, close',
    closed: 'gone',
  },
  leaving: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'aborting',
    quit: 'nothing',
    closed: 'gone',
  },
  aborting: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'nothing',
    quit: 'nothing',
    closed: 'gone',
  },
  gone: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'nothing',
    lingered: 'nothing',
    abort: 'nothing',
    quit: 'nothing',
    closed: 'nothing',
  },
};

/** Who may do what in which state. */
const RIGHTS: Record<State, { readonly delivers: boolean; readonly writes: boolean; readonly sends: boolean }> = {
  open: { delivers: true, writes: true, sends: false },
  shutting: { delivers: true, writes: false, sends: true },
  reading: { delivers: true, writes: false, sends: false },
  writing: { delivers: false, writes: true, sends: false },
  closing: { delivers: false, writes: false, sends: true },
  finishing: { delivers: false, writes: false, sends: true },
  lingering: { delivers: false, writes: false, sends: false },
  leaving: { delivers: false, writes: false, sends: false },
  aborting: { delivers: false, writes: false, sends: false },
  gone: { delivers: false, writes: false, sends: false },
};

function isState(name: string): name is State {
  return name in TABLE;
}

const STATES = Object.keys(TABLE).filter(isState);

function isHappening(name: string): name is Happening {
  return name in TABLE.open;
}

const HAPPENINGS = Object.keys(TABLE.open).filter(isHappening);
/** The states in which the connection is not about to vanish by itself. */
const LIVING = STATES.filter((state) => state !== 'leaving' && state !== 'aborting' && state !== 'gone');

/** A connection on some path: its state, and what was done to its wire on the way. */
interface Walker {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** Every connection that any path from `open` leads to. Paths that differ in nothing but their length count once. */
function walkAll(visit: (from: Walker, happening: Happening, to: Walker) => void): void {
  const seen = new Set<string>();
  const todo: Walker[] = [{ state: 'open', actions: [] }];
  for (let walker = todo.pop(); walker !== undefined; walker = todo.pop()) {
    for (const happening of HAPPENINGS) {
      const step = transition(walker.state, happening);
      if (step === undefined) continue;
      const actions = step.action === 'none' ? walker.actions : [...walker.actions, step.action];
      const next = { state: step.to, actions };
      visit(walker, happening, next);
      const key = `${next.state}: ${actions.join(' ')}`;
      if (seen.has(key)) continue;
      seen.add(key);
      todo.push(next);
    }
  }
}

function ends(actions: readonly Action[]): number {
  return actions.filter((action) => action === 'end' || action === 'endAndLinger').length;
}

/** The states that can be reached with some happenings. */
function reach(start: State, happenings: readonly Happening[]): Set<State> {
  const found = new Set<State>([start]);
  for (const state of found) {
    for (const happening of happenings) {
      const step = transition(state, happening);
      if (step !== undefined) found.add(step.to);
    }
  }
  return found;
}

describe('the life cycle, pair by pair', () => {
  for (const state of STATES) {
    test(`from ${state}`, () => {
      for (const happening of HAPPENINGS) {
        const step = transition(state, happening);
        const action = step === undefined || step.action === 'none' ? '' : `, ${step.action}`;
        const actual = step === undefined ? 'nothing' : `${step.to}${action}`;
        assert.equal(actual, TABLE[state][happening], `${state} + ${happening}`);
      }
      assert.deepEqual({ delivers: delivers(state), writes: writes(state), sends: sends(state) }, RIGHTS[state]);
    });
  }
});

describe('the life cycle, on every path', () => {
  test('every state is reached from open', () => {
    assert.deepEqual([...reach('open', HAPPENINGS)].sort(), [...STATES].sort());
  });

  test('R3 closed leads to gone from everywhere, and nothing leads out of gone', () => {
    for (const state of STATES) {
      assert.equal(transition(state, 'closed')?.to, state === 'gone' ? undefined : 'gone');
    }
    assert.deepEqual([...reach('gone', HAPPENINGS)], ['gone']);
  });

  test('gone is reached by closed alone', () => {
    walkAll((_from, happening, to) => {
      if (to.state === 'gone') assert.equal(happening, 'closed');
    });
  });

  test('FIN is asked for at most once', () => {
    walkAll((_from, _happening, { actions }) => {
      assert.ok(ends(actions) <= 1, actions.join(', '));
    });
  });

  test('the wire is closed or aborted at most once, and not touched after that', () => {
    walkAll((_from, _happening, { state, actions }) => {
      const at = actions.findIndex((action) => action === 'close' || action === 'abort');
      if (at >= 0) assert.equal(at, actions.length - 1, actions.join(', '));
      const closing = state === 'leaving' || state === 'aborting';
      if (state !== 'gone') assert.equal(at >= 0, closing, `${state} after ${actions.join(', ')}`);
    });
  });

  test('R4 nothing is sent after FIN', () => {
    walkAll((_from, _happening, { state, actions }) => {
      if (ends(actions) > 0) assert.equal(writes(state) || sends(state), false, state);
    });
  });

  test('R29 input that is no longer delivered is never delivered again', () => {
    walkAll((from, happening, to) => {
      if (!delivers(from.state)) assert.equal(delivers(to.state), false, `${from.state} + ${happening}`);
    });
  });

  test('R5 R7 unsent bytes are never given up but by abort, quit and closed', () => {
    walkAll((from, happening, to) => {
      const held = writes(from.state) || sends(from.state);
      const stays = writes(to.state) || sends(to.state);
      if (held && !stays)
        assert.ok(['sent', 'abort', 'quit', 'closed'].includes(happening), `${from.state} + ${happening}`);
    });
  });

  test('R6 abort is legal in every living state, and ends in aborting', () => {
    for (const state of LIVING) assert.deepEqual(transition(state, 'abort'), { to: 'aborting', action: 'abort' });
  });

  test('R8 a connection that is leaving can still be told why it aborts, but its wire is closing already', () => {
    assert.deepEqual(transition('leaving', 'abort'), { to: 'aborting', action: 'none' });
  });

  test('R25 quit closes from every living state', () => {
    for (const state of LIVING) assert.equal(transition(state, 'quit')?.action, 'close', state);
  });

  test('R5 loseConnection leads to leaving from every living state, if the peer goes along or time passes', () => {
    for (const state of LIVING) {
      const lost = transition(state, 'lose')?.to ?? state;
      assert.ok(reach(lost, ['sent', 'eof']).has('leaving'), `${state} with a peer that closes`);
      assert.ok(reach(lost, ['sent', 'lingered']).has('leaving'), `${state} with a silent peer`);
      assert.equal(delivers(lost), false, 'nothing is delivered after loseConnection');
    }
  });

  test('R5 every state that sends ends with sent, and only those', () => {
    for (const state of STATES) assert.equal(transition(state, 'sent') !== undefined, sends(state), state);
  });

  test('lingering is the only state that lingered ends, and both ways in start the wait', () => {
    for (const state of STATES) {
      assert.equal(transition(state, 'lingered') !== undefined, state === 'lingering', state);
      for (const happening of HAPPENINGS) {
        const step = transition(state, happening);
        if (step?.to === 'lingering') assert.match(step.action, /linger/i);
      }
    }
  });

  test('what the protocol or the reactor asks for twice changes nothing the second time', () => {
    for (const state of STATES) {
      for (const happening of ['lose', 'shut', 'abort', 'quit', 'closed'] as const) {
        const step = transition(state, happening);
        if (step !== undefined)
          assert.equal(transition(step.to, happening), undefined, `${state} + twice ${happening}`);
      }
    }
  });
});
