import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Action, LifeEvent, State } from '../../src/engine/life-cycle.ts';
import { ends as begins, delivers, over, sends, transition, writes } from '../../src/engine/life-cycle.ts';

/** What is expected of a pair: the new state with what is done to the wire, or nothing, or an error. */
type Expected = State | `${State}, ${Exclude<Action, 'none'>}` | 'nothing' | 'impossible';

/** Every pair, written out: the types see to it that none is missing. */
const TABLE: Record<State, Record<LifeEvent, Expected>> = {
  open: {
    lose: 'closing, discard',
    shut: 'shutting',
    eof: 'finishing',
    halfClose: 'writing',
    sent: 'impossible',
    lingered: 'impossible',
    broke: 'broken, wait',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'delivering, wait',
    taken: 'impossible',
  },
  shutting: {
    lose: 'closing, discard',
    shut: 'nothing',
    eof: 'finishing',
    halfClose: 'finishing',
    sent: 'reading, end',
    lingered: 'impossible',
    broke: 'broken, wait',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'delivering, wait',
    taken: 'impossible',
  },
  reading: {
    lose: 'lingering, linger',
    shut: 'nothing',
    eof: 'leaving, close',
    halfClose: 'leaving, close',
    sent: 'impossible',
    lingered: 'impossible',
    broke: 'broken, wait',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'delivering, wait',
    taken: 'impossible',
  },
  writing: {
    lose: 'finishing',
    shut: 'finishing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'impossible',
    broke: 'aborting, close',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'delivering, wait',
    taken: 'impossible',
  },
  closing: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'finishing',
    halfClose: 'finishing',
    sent: 'lingering, endAndLinger',
    lingered: 'impossible',
    broke: 'aborting, close',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'concluding, wait',
    taken: 'impossible',
  },
  finishing: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'leaving, close',
    lingered: 'impossible',
    broke: 'aborting, close',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'concluding, wait',
    taken: 'impossible',
  },
  lingering: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'leaving, close',
    halfClose: 'leaving, close',
    sent: 'impossible',
    lingered: 'leaving, close',
    broke: 'aborting, close',
    abort: 'aborting, abort',
    cut: 'leaving, close',
    closed: 'gone',
    closedEarly: 'concluding, wait',
    taken: 'impossible',
  },
  leaving: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'impossible',
    broke: 'nothing',
    abort: 'aborting',
    cut: 'nothing',
    closed: 'gone',
    closedEarly: 'concluding, wait',
    taken: 'impossible',
  },
  aborting: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'nothing',
    broke: 'nothing',
    abort: 'nothing',
    cut: 'nothing',
    closed: 'gone',
    closedEarly: 'gone',
    taken: 'impossible',
  },
  broken: {
    lose: 'aborting, close',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'aborting, close',
    broke: 'nothing',
    abort: 'aborting, abort',
    cut: 'aborting, close',
    closed: 'gone',
    closedEarly: 'delivering, wait',
    taken: 'impossible',
  },
  delivering: {
    lose: 'concluding, conclude',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'gone, conclude',
    broke: 'nothing',
    abort: 'gone, conclude',
    cut: 'gone, conclude',
    closed: 'nothing',
    closedEarly: 'nothing',
    taken: 'gone',
  },
  concluding: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'gone, conclude',
    broke: 'nothing',
    abort: 'gone, conclude',
    cut: 'gone, conclude',
    closed: 'nothing',
    closedEarly: 'nothing',
    taken: 'gone',
  },
  gone: {
    lose: 'nothing',
    shut: 'nothing',
    eof: 'nothing',
    halfClose: 'nothing',
    sent: 'impossible',
    lingered: 'nothing',
    broke: 'nothing',
    abort: 'nothing',
    cut: 'nothing',
    closed: 'nothing',
    closedEarly: 'nothing',
    taken: 'nothing',
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
  broken: { delivers: true, writes: false, sends: false },
  delivering: { delivers: true, writes: false, sends: false },
  concluding: { delivers: false, writes: false, sends: false },
  gone: { delivers: false, writes: false, sends: false },
};

const STATES = Object.keys(TABLE).filter((name): name is State => name in TABLE);
const HAPPENINGS = Object.keys(TABLE.open).filter((name): name is LifeEvent => name in TABLE.open);
/** The states in which the connection is not about to vanish by itself. */
const LIVING = STATES.filter((state) => state !== 'leaving' && state !== 'aborting' && !over(state));

type Step = ReturnType<typeof transition>;

function outcome(step: Step): string {
  if (step === undefined) return 'nothing';
  return step.action === 'none' ? step.to : `${step.to}, ${step.action}`;
}

/** Where a happening leads; undefined when it changes nothing, and when it is impossible, as the table has it. */
function leads(state: State, happening: LifeEvent): Step {
  return TABLE[state][happening] === 'impossible' ? undefined : transition(state, happening);
}

/** A connection on some path: its state, and what was done to its wire on the way. */
interface Walker {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** Every connection that any path from `open` leads to. Paths that differ in nothing but their length count once. */
function walkAll(visit: (from: Walker, happening: LifeEvent, to: Walker) => void): void {
  const seen = new Set<string>();
  const todo: Walker[] = [{ state: 'open', actions: [] }];
  for (let walker = todo.pop(); walker !== undefined; walker = todo.pop()) {
    for (const happening of HAPPENINGS) {
      const step = leads(walker.state, happening);
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
function reach(start: State, happenings: readonly LifeEvent[]): Set<State> {
  const found = new Set<State>([start]);
  for (const state of found) {
    for (const happening of happenings) {
      const step = leads(state, happening);
      if (step !== undefined) found.add(step.to);
    }
  }
  return found;
}

describe('the life cycle, pair by pair', () => {
  for (const state of STATES) {
    test(`from ${state}`, () => {
      for (const happening of HAPPENINGS) {
        const why = `${state} + ${happening}`;
        if (TABLE[state][happening] === 'impossible')
          assert.throws(() => transition(state, happening), /cannot happen to a connection that is/, why);
        else assert.equal(outcome(transition(state, happening)), TABLE[state][happening], why);
      }
      assert.deepEqual({ delivers: delivers(state), writes: writes(state), sends: sends(state) }, RIGHTS[state]);
    });
  }
});

describe('the life cycle, on every path', () => {
  test('every state is reached from open', () => {
    assert.deepEqual([...reach('open', HAPPENINGS)].sort(), [...STATES].sort());
  });

  test('R3 closed leads to gone wherever there is a wire, and nothing leads out of gone', () => {
    for (const state of STATES) assert.equal(leads(state, 'closed')?.to, over(state) ? undefined : 'gone');
    assert.deepEqual([...reach('gone', HAPPENINGS)], ['gone']);
  });

  test('gone is reached only once the wire is closed', () => {
    walkAll((from, happening, to) => {
      if (to.state === 'gone')
        assert.ok(happening.startsWith('closed') || over(from.state), `${from.state} + ${happening}`);
    });
  });

  test('R3 whoever waits behind the wire gets to gone, by the protocol or by time', () => {
    for (const state of ['delivering', 'concluding'] as const) {
      for (const happening of ['taken', 'lingered', 'abort', 'cut'] as const)
        assert.equal(leads(state, happening)?.to, 'gone', `${state} + ${happening}`);
    }
  });

  test('FIN is asked for at most once', () => {
    walkAll((_from, _happening, { actions }) => {
      assert.ok(ends(actions) <= 1, actions.join(', '));
    });
  });

  test('the wire is closed or aborted at most once, and not touched after that', () => {
    walkAll((_from, _happening, { state, actions }) => {
      const touches = actions.filter((action) => action !== 'wait' && action !== 'conclude');
      const at = touches.findIndex((action) => action === 'close' || action === 'abort');
      if (at >= 0) assert.equal(at, touches.length - 1, actions.join(', '));
      const closing = state === 'leaving' || state === 'aborting';
      if (!over(state)) assert.equal(at >= 0, closing, `${state} after ${actions.join(', ')}`);
    });
  });

  test('R4 nothing is sent after FIN', () => {
    walkAll((_from, _happening, { state, actions }) => {
      if (ends(actions) > 0) assert.equal(writes(state) || sends(state), false, state);
    });
  });

  test('R29 input that is no longer delivered is never delivered again', () => {
    walkAll((from, happening, to) => {
      // Behind the peer's FIN nothing comes, but the protocol may hold frames that it has not taken.
      if (from.state === 'writing') return;
      if (!delivers(from.state)) assert.equal(delivers(to.state), false, `${from.state} + ${happening}`);
    });
  });

  test('R61 what has begun to end goes on ending', () => {
    walkAll((from, event, to) => assert.ok(begins(to.state) || !begins(from.state), `${from.state} + ${event}`));
  });

  test('R5 R7 unsent bytes are never given up but by an abort, a failed write and the end of the wire', () => {
    walkAll((from, happening, to) => {
      const held = writes(from.state) || sends(from.state);
      const stays = writes(to.state) || sends(to.state);
      if (held && !stays)
        assert.ok(
          ['sent', 'abort', 'cut', 'broke', 'closed', 'closedEarly'].includes(happening),
          `${from.state} + ${happening}`,
        );
    });
  });

  test('R6 abort is legal in every living state, and ends in aborting', () => {
    for (const state of LIVING) assert.deepEqual(leads(state, 'abort'), { to: 'aborting', action: 'abort' });
  });

  test('R8 a connection that is leaving can still be told why it aborts, but its wire is closing already', () => {
    assert.deepEqual(transition('leaving', 'abort'), { to: 'aborting', action: 'none' });
  });

  test('R25 cut closes from every living state', () => {
    for (const state of LIVING) assert.equal(leads(state, 'cut')?.action, 'close', state);
  });

  test('R5 loseConnection leads to leaving from every living state, if the peer goes along or time passes', () => {
    for (const state of LIVING) {
      if (state === 'broken') continue;
      const lost = leads(state, 'lose')?.to ?? state;
      assert.ok(reach(lost, ['sent', 'eof']).has('leaving'), `${state} with a peer that closes`);
      assert.ok(reach(lost, ['sent', 'lingered']).has('leaving'), `${state} with a silent peer`);
      assert.equal(delivers(lost), false, 'nothing is delivered after loseConnection');
    }
  });

  test('R5 every state that sends ends with sent, and only those', () => {
    for (const state of STATES) assert.equal(leads(state, 'sent') !== undefined, sends(state), state);
  });

  test('the states that lingered ends are those that begin a wait, or come after one that did', () => {
    const waiting = ['lingering', 'broken', 'delivering', 'concluding'];
    for (const state of STATES) {
      assert.equal(leads(state, 'lingered') !== undefined, waiting.includes(state), state);
      for (const happening of HAPPENINGS) {
        const step = leads(state, happening);
        if (step === undefined || !waiting.includes(step.to)) continue;
        if (state !== 'delivering') assert.match(step.action, /linger|wait/i, `${state} + ${happening}`);
      }
    }
  });

  test('what the protocol or the reactor asks for twice changes nothing the second time', () => {
    for (const state of STATES) {
      for (const happening of ['lose', 'shut', 'abort', 'cut', 'closed'] as const) {
        const step = leads(state, happening);
        if (step !== undefined) assert.equal(leads(step.to, happening), undefined, `${state} + twice ${happening}`);
      }
    }
  });
});
