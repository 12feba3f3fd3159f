import assert from 'node:assert/strict';
import { ProxyFilter } from '../../src/haproxy/filter.ts';
import { termsOf } from '../../src/haproxy/options.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { Clock } from '../../src/testing/clock.ts';
import { Dice } from '../../src/time/dice.ts';
import { Visit } from '../policies/visit.ts';
import { mutant } from './mutant.ts';
import { reading, textOf } from './reading.ts';

const TERMS = termsOf({ trusted: ['10.0.0.0/8'] });
const TRUSTED: SocketName = { family: 'IPv4', host: '10.0.0.1', port: 4000 };
const STRANGER: SocketName = { family: 'IPv4', host: '203.0.113.5', port: 4000 };

/** What comes of a connection that begins with mutated bytes. */
export type Fate = 'accepted' | 'malformed' | 'unfinished' | 'untrusted';

/**
 * Sends one mutated header, cut by chance, to a wire that expects one, and compares what comes of it with an independent reading.
 * Throws what differs; the message has the bytes. The same number gives the same bytes.
 */
export function playHeader(number: number): Fate {
  const dice = new Dice(`PROXY ${number}`);
  const bytes = mutant(dice);
  try {
    return play(dice, bytes);
  } catch (error) {
    throw new Error(`number ${number}, ${bytes.toString('hex')}: ${error}`, { cause: error });
  }
}

function play(dice: Dice, bytes: Buffer): Fate {
  const clock = new Clock();
  const visit = new Visit(dice.chance(0.02) ? STRANGER : TRUSTED);
  let accepted: ProxyFilter | undefined;
  let refusals = 0;
  let heard = 0;
  const above: Sink = {
    onData: (chunk) => {
      heard += chunk.length;
    },
    onEof: () => {},
    onWritable: () => {},
    onWriteFailed: () => {},
    onSecured: () => above,
    onClosed: () => {},
  };
  visit.sink = ProxyFilter.receive(visit, clock, TERMS, {
    accepted: (wire) => {
      assert.equal(accepted, undefined, 'accepted twice');
      accepted = wire;
      return above;
    },
    refused: () => {
      refusals += 1;
    },
  });
  if (visit.peer === STRANGER) {
    assert.deepEqual([visit.sink, refusals], [null, 1]);
    return 'untrusted';
  }
  for (let from = 0; from < bytes.length; ) {
    const to = from + dice.whole(1, bytes.length - from);
    visit.send(bytes.subarray(from, to));
    from = to;
  }
  const decided = visit.calls.length > 0;
  visit.sink?.onEof();
  const names = accepted && [textOf(accepted.peer), textOf(accepted.local)];
  visit.cut();
  assert.deepEqual(clock.getDelayedCalls(), []);
  const expected = reading(bytes, TERMS.maxHeaderBytes);
  if (typeof expected === 'string') {
    assert.deepEqual([names, heard, refusals, visit.calls], [undefined, 0, 1, ['close']]);
    assert.ok(decided || expected === 'unfinished', 'malformed, and not refused');
    return expected;
  }
  const [peer, local] = expected.names ?? [visit.peer, visit.local];
  assert.deepEqual([names, heard, refusals], [[textOf(peer), textOf(local)], bytes.length - expected.length, 0]);
  return 'accepted';
}
