import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type TlsAction, type TlsEvent, type TlsState, tlsTransition } from '../../../src/backends/tls/tls-life.ts';

/** What is expected of a pair: the new state with what is to be done, or that it is ignored or impossible. */
type Expected = TlsState | `${TlsState}, ${Exclude<TlsAction, 'none'>}` | 'ignored' | 'impossible';

/** Every pair, written out: the types see to it that none is missing. */
const TABLE: Record<TlsState, Record<TlsEvent, Expected>> = {
  securing: {
    secured: 'secure, welcome',
    rejected: 'over, reject',
    end: 'over, cutShort',
    part: 'over, destroy',
    cut: 'over, destroy',
    reset: 'over, reset',
    sent: 'impossible',
    late: 'impossible',
    closed: 'over',
  },
  secure: {
    secured: 'impossible',
    rejected: 'impossible',
    end: 'secure, readEnd',
    part: 'parting, sayGoodbye',
    cut: 'over, destroy',
    reset: 'over, reset',
    sent: 'impossible',
    late: 'impossible',
    closed: 'over',
  },
  parting: {
    secured: 'impossible',
    rejected: 'impossible',
    end: 'ignored',
    part: 'impossible',
    cut: 'over, destroy',
    reset: 'over, reset',
    sent: 'over, destroy',
    late: 'over, destroy',
    closed: 'over',
  },
  over: {
    secured: 'ignored',
    rejected: 'ignored',
    end: 'ignored',
    part: 'impossible',
    cut: 'over, destroy',
    reset: 'over, reset',
    sent: 'ignored',
    late: 'ignored',
    closed: 'ignored',
  },
};
const STATES = Object.keys(TABLE).filter((name): name is TlsState => name in TABLE);
const EVENTS = Object.keys(TABLE.securing).filter((name): name is TlsEvent => name in TABLE.securing);

describe('TLS, pair by pair', () => {
  for (const state of STATES) {
    test(`from ${state}`, () => {
      for (const event of EVENTS) assert.equal(outcomeOf(state, event), TABLE[state][event], `${state} + ${event}`);
    });
  }
});

function outcomeOf(state: TlsState, event: TlsEvent): string {
  if (TABLE[state][event] === 'impossible') {
    assert.throws(() => tlsTransition(state, event), {
      message: `TLS: '${event}' is impossible in the state '${state}'`,
    });
    return 'impossible';
  }
  const transition = tlsTransition(state, event);
  if (transition === undefined) return 'ignored';
  return transition.action === 'none' ? transition.to : `${transition.to}, ${transition.action}`;
}

/** Where a possible event leads. */
function after(state: TlsState, event: TlsEvent): { readonly to: TlsState; readonly action: TlsAction } {
  const none = { to: state, action: 'none' } as const;
  return TABLE[state][event] === 'impossible' ? none : (tlsTransition(state, event) ?? none);
}

describe('TLS, on every path', () => {
  test('what is over stays so', () => {
    for (const event of EVENTS) assert.equal(after('over', event).to, 'over', event);
  });

  test('R5 a goodbye is said once, and only behind a handshake', () => {
    for (const state of STATES) {
      for (const event of EVENTS)
        assert.equal(
          after(state, event).action === 'sayGoodbye',
          state === 'secure' && event === 'part',
          `${state} + ${event}`,
        );
    }
  });

  test('what cuts the wire ends TLS, whatever its state', () => {
    for (const state of STATES) {
      for (const event of ['cut', 'reset', 'closed'] as const)
        assert.equal(after(state, event).to, 'over', `${state} + ${event}`);
    }
  });
});
