// Finds the planted bugs.

import assert from 'node:assert/strict';
import type { Protocol } from 'couplet';
import { Clock, StringTransport, verifyFraming } from 'couplet/testing';

/** Throws if the protocols that `make` makes do not do what a `Measure` should. */
export function check(make: () => Protocol<unknown>): void {
  const started = () => {
    const clock = new Clock();
    const transport = new StringTransport({ clock });
    const protocol = make();
    protocol.makeConnection(transport);
    return { clock, transport, protocol };
  };

  // The answers, and that bytes are counted.
  const plain = started();
  plain.protocol.dataReceived(Buffer.from('moon\n明月\n'));
  assert.equal(plain.transport.value().toString(), '4\n6\n');

  // The limit: the longest line that is right, and the shortest that is not.
  const long = started();
  long.protocol.dataReceived(Buffer.from(`${'m'.repeat(20)}\n${'m'.repeat(21)}\n`));
  assert.equal(long.transport.value().toString(), '20\ntoo long\n');
  assert.ok(long.transport.disconnecting);

  // The deadline, which each line moves.
  const slow = started();
  slow.clock.advance(59_000);
  slow.protocol.dataReceived(Buffer.from('moon\n'));
  slow.clock.advance(59_000);
  assert.equal(slow.transport.disconnecting, false);
  slow.clock.advance(1000);
  assert.equal(slow.transport.value().toString(), '4\nbye\n');
  assert.ok(slow.transport.disconnecting);

  // The cuts.
  verifyFraming(make, 'moon\nlight\n明月\n');
}
