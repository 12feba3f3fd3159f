import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ReadingAction,
  type ReadingEvent,
  type ReadingState,
  readingTransition,
} from '../../../src/backends/node/reading-life.ts';

/** What is expected of a pair: the new state with what is to be done, or that it is ignored or impossible. */
type Expected = ReadingState | `${ReadingState}, ${Exclude<ReadingAction, 'none'>}` | 'ignored' | 'impossible';

/** Every pair, written out: the types see to it that none is missing. */
const TABLE: Record<ReadingState, Record<ReadingEvent, Expected>> = {
  flowing: {
    pause: 'paused, pause',
    resume: 'ignored',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'handed',
    end: 'asking, ask',
    fin: 'ended, tellEnd',
    refused: 'broken, noteRefused',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellLost',
  },
  paused: {
    pause: 'ignored',
    resume: 'flowing, resume',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'handed',
    end: 'askingPaused, ask',
    fin: 'endHeld',
    refused: 'brokenPaused, noteRefused',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'failureHeld',
    closed: 'gone, tellClosed',
    lost: 'gone, tellLost',
  },
  asking: {
    pause: 'askingPaused',
    resume: 'ignored',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'impossible',
    fin: 'ended, tellEnd',
    refused: 'brokenEnded, noteReset',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellLost',
  },
  askingPaused: {
    pause: 'ignored',
    resume: 'asking',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'impossible',
    fin: 'endHeld',
    refused: 'brokenEnded, noteReset',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellLost',
  },
  endHeld: {
    pause: 'ignored',
    resume: 'endDue, release',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'impossible',
    fin: 'impossible',
    refused: 'brokenEnded, noteReset',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'closeHeld',
    lost: 'gone, tellLost',
  },
  endDue: {
    pause: 'endHeld',
    resume: 'ignored',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'impossible',
    fin: 'impossible',
    refused: 'brokenEnded, noteReset',
    report: 'ignored',
    due: 'ended, tellEnd',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'closeDue',
    lost: 'gone, tellLost',
  },
  closeHeld: {
    pause: 'ignored',
    resume: 'closeDue, release',
    close: 'gone, tellClosedLater',
    abort: 'gone, tellClosedLater',
    startTls: 'gone, cutShortLater',
    end: 'impossible',
    fin: 'impossible',
    refused: 'ignored',
    report: 'ignored',
    due: 'ignored',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'impossible',
    lost: 'impossible',
  },
  closeDue: {
    pause: 'closeHeld',
    resume: 'ignored',
    close: 'gone, tellClosedLater',
    abort: 'gone, tellClosedLater',
    startTls: 'gone, cutShortLater',
    end: 'impossible',
    fin: 'impossible',
    refused: 'ignored',
    report: 'ignored',
    due: 'gone, tellBoth',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'impossible',
    lost: 'impossible',
  },
  failureHeld: {
    pause: 'ignored',
    resume: 'failureDue, resumeAndRelease',
    close: 'left, cut',
    abort: 'left, reset',
    startTls: 'impossible',
    end: 'ignored',
    fin: 'ignored',
    refused: 'brokenPaused, noteRefused',
    report: 'ignored',
    due: 'ignored',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  failureDue: {
    pause: 'failureHeld, pause',
    resume: 'ignored',
    close: 'left, cut',
    abort: 'left, reset',
    startTls: 'impossible',
    end: 'ignored',
    fin: 'ignored',
    refused: 'broken, noteRefused',
    report: 'ignored',
    due: 'left, cut',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  ended: {
    pause: 'ignored',
    resume: 'ignored',
    close: 'left, part',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'impossible',
    fin: 'impossible',
    refused: 'brokenEnded, noteReset',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellLost',
  },
  broken: {
    pause: 'brokenPaused, pause',
    resume: 'ignored',
    close: 'left, cut',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'brokenEnded, cut',
    fin: 'brokenEnded, cut',
    refused: 'ignored',
    report: 'broken, tellRefused',
    due: 'ignored',
    failed: 'brokenEnded, cut',
    failedBehind: 'brokenEnded, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  brokenPaused: {
    pause: 'ignored',
    resume: 'broken, resume',
    close: 'left, cut',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'brokenEnded, cut',
    fin: 'brokenEnded, cut',
    refused: 'ignored',
    report: 'brokenPaused, tellRefused',
    due: 'ignored',
    failed: 'brokenEnded, cut',
    failedBehind: 'ignored',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  brokenEnded: {
    pause: 'ignored',
    resume: 'ignored',
    close: 'left, cut',
    abort: 'left, reset',
    startTls: 'left, cutShort',
    end: 'ignored',
    fin: 'ignored',
    refused: 'ignored',
    report: 'brokenEnded, tellRefusedAndCut',
    due: 'ignored',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  left: {
    pause: 'ignored',
    resume: 'ignored',
    close: 'ignored',
    abort: 'left, reset',
    startTls: 'ignored',
    end: 'ignored',
    fin: 'ignored',
    refused: 'ignored',
    report: 'ignored',
    due: 'ignored',
    failed: 'left, cut',
    failedBehind: 'left, cut',
    closed: 'gone, tellClosed',
    lost: 'gone, tellClosed',
  },
  handed: {
    pause: 'impossible',
    resume: 'impossible',
    close: 'impossible',
    abort: 'impossible',
    startTls: 'impossible',
    end: 'impossible',
    fin: 'impossible',
    refused: 'ignored',
    report: 'impossible',
    due: 'impossible',
    failed: 'impossible',
    failedBehind: 'impossible',
    closed: 'impossible',
    lost: 'impossible',
  },
  gone: {
    pause: 'ignored',
    resume: 'ignored',
    close: 'ignored',
    abort: 'ignored',
    startTls: 'ignored',
    end: 'ignored',
    fin: 'ignored',
    refused: 'ignored',
    report: 'ignored',
    due: 'ignored',
    failed: 'ignored',
    failedBehind: 'ignored',
    closed: 'impossible',
    lost: 'impossible',
  },
};
const STATES = Object.keys(TABLE).filter((name): name is ReadingState => name in TABLE);
const EVENTS = Object.keys(TABLE.flowing).filter((name): name is ReadingEvent => name in TABLE.flowing);

describe('reading, pair by pair', () => {
  for (const state of STATES) {
    test(`from ${state}`, () => {
      for (const event of EVENTS) assert.equal(outcomeOf(state, event), TABLE[state][event], `${state} + ${event}`);
    });
  }
});

function outcomeOf(state: ReadingState, event: ReadingEvent): string {
  if (TABLE[state][event] === 'impossible') {
    assert.throws(() => readingTransition(state, event), {
      message: `reading: '${event}' is impossible in the state '${state}'`,
    });
    return 'impossible';
  }
  const transition = readingTransition(state, event);
  if (transition === undefined) return 'ignored';
  return transition.action === 'none' ? transition.to : `${transition.to}, ${transition.action}`;
}

/** Where a possible event leads. */
function after(
  state: ReadingState,
  event: ReadingEvent,
): { readonly to: ReadingState; readonly action: ReadingAction } {
  const none = { to: state, action: 'none' } as const;
  return TABLE[state][event] === 'impossible' ? none : (readingTransition(state, event) ?? none);
}

/** Every state that can come about, with what was done before, of the actions in `counts`. */
function walkAll(counts: readonly ReadingAction[], each: (done: readonly ReadingAction[], at: string) => void): void {
  const seen = new Set<string>();
  const walk = (state: ReadingState, done: readonly ReadingAction[]): void => {
    const key = `${state} ${done.join(' ')}`;
    if (seen.has(key)) return;
    seen.add(key);
    each(done, state);
    if (done.length > counts.length + 2) return;
    for (const event of EVENTS) {
      const { to, action } = after(state, event);
      walk(to, counts.includes(action) ? [...done, action] : done);
    }
  };
  walk('flowing', []);
}

describe('reading, on every path', () => {
  test('every state is reached', () => {
    const reached = new Set<string>();
    walkAll([], (_done, state) => reached.add(state));
    assert.deepEqual([...reached].sort(), [...STATES].sort());
  });

  test('R3 the end is told once at most, and nothing after the close', () => {
    const ends: readonly ReadingAction[] = ['tellEnd', 'tellBoth'];
    const closes: readonly ReadingAction[] = ['tellBoth', 'tellClosed', 'tellLost', 'tellClosedLater', 'cutShortLater'];
    walkAll([...ends, ...closes], (done, state) => {
      assert.ok(done.filter((action) => ends.includes(action)).length <= 1, `${state}: ${done}`);
      assert.ok(
        done.slice(0, -1).every((action) => !closes.includes(action)),
        `${state}: ${done}`,
      );
      assert.equal(
        done.some((action) => closes.includes(action)),
        state === 'gone',
        `${state}: ${done}`,
      );
    });
  });

  test('R14 no end is told while paused', () => {
    const held: readonly ReadingState[] = [
      'paused',
      'askingPaused',
      'endHeld',
      'closeHeld',
      'failureHeld',
      'brokenPaused',
    ];
    for (const state of held) {
      for (const event of EVENTS) {
        if (event !== 'resume')
          assert.doesNotMatch(after(state, event).action, /^tell(End|Both)$/, `${state} + ${event}`);
      }
    }
  });

  test('a write that was refused is told once', () => {
    const counted: readonly ReadingAction[] = ['noteRefused', 'noteReset'];
    walkAll(counted, (done, state) => assert.ok(done.length <= 1, `${state}: ${done}`));
  });

  test('R6 whoever closes or aborts hears of the close, and of nothing else', () => {
    for (const state of STATES.filter((one) => one !== 'handed' && one !== 'gone')) {
      for (const event of ['close', 'abort'] as const)
        assert.match(after(state, event).to, /^(left|gone)$/, `${state} + ${event}`);
    }
    for (const event of EVENTS)
      assert.doesNotMatch(after('left', event).action, /^(tell(End|Refused)|ask|note)/, event);
  });
});
