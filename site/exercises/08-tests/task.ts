// Find the planted bugs: `check` has to accept a sound `Measure` and to throw for each of the five that have a bug.
// measure.ts says what a `Measure` does.

import assert from 'node:assert/strict';
import type { Protocol } from 'couplet';
import { StringTransport } from 'couplet/testing';

/** Throws if the protocols that `make` makes do not do what a `Measure` should. */
export function check(make: () => Protocol<unknown>): void {
  const transport = new StringTransport();
  const protocol = make();
  protocol.makeConnection(transport);
  protocol.dataReceived(Buffer.from('moon\nlight\n'));
  assert.equal(transport.value().toString(), '4\n5\n');
}
