import assert from 'node:assert/strict';
import { Filter } from '../../src/filters/filter.ts';
import { ProxyReader } from '../../src/haproxy/filter.ts';
import { ProxyHeaderError } from '../../src/haproxy/header.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { Clock } from '../../src/testing/clock.ts';
import { Dice } from '../../src/time/dice.ts';
import { Visit } from '../policies/visit.ts';
import { mutant } from './mutant.ts';
import { reading, textOf } from './reading.ts';

const MOST = 4096;
const READER = new ProxyReader({ trusted: ['10.0.0.0/8'], maxHeaderBytes: MOST });
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
  let accepted = false;
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
  const filter = READER.read(visit, clock, {
    onReady: () => {
      assert.equal(accepted, false, 'accepted twice');
      accepted = true;
      return above;
    },
    onFailed: () => {
      refusals += 1;
      if (filter instanceof Filter) filter.close();
    },
  });
  if (filter instanceof ProxyHeaderError) {
    assert.deepEqual([visit.peer, refusals], [STRANGER, 0]);
    return 'untrusted';
  }
  assert.notEqual(visit.peer, STRANGER);
  visit.sink = filter;
  for (let from = 0; from < bytes.length; ) {
    const to = from + dice.whole(1, bytes.length - from);
    visit.send(bytes.subarray(from, to));
    from = to;
  }
  const decided = visit.calls.length > 0;
  visit.sink?.onEof();
  const names = accepted ? [textOf(filter.peer), textOf(filter.local)] : undefined;
  visit.cut();
  assert.deepEqual(clock.getDelayedCalls(), []);
  const expected = reading(bytes, MOST);
  if (typeof expected === 'string') {
    assert.deepEqual([names, heard, refusals, visit.calls], [undefined, 0, 1, ['close']]);
    assert.ok(decided || expected === 'unfinished', 'malformed, and not refused');
    return expected;
  }
  const [peer, local] = expected.names ?? [visit.peer, visit.local];
  assert.deepEqual([names, heard, refusals], [[textOf(peer), textOf(local)], bytes.length - expected.length, 0]);
  return 'accepted';
}
