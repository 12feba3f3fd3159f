import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { literalOf } from '../../src/address/literal.ts';
import { networkOf } from '../../src/address/prefix.ts';

/** An address that differs from another one in the bit of that number, counted from 0, and in no other. */
function neighbour(address: Uint8Array, bit: number): Uint8Array {
  return address.map((byte, at) => (at === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
}

describe('neighbours', () => {
  for (const [family, address, lengths] of [
    ['IPv4', Uint8Array.of(203, 0, 113, 77), [0, 1, 24, 31, 32]],
    ['IPv6', Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]), [0, 1, 64, 127, 128]],
  ] as const) {
    for (const length of lengths) {
      test(`in ${family} share a network of ${length} bits until they differ in the last of them`, () => {
        const named = (bytes: Uint8Array): string =>
          networkOf({ family, host: literalOf(bytes), port: 1 }, length, length);
        const bits = 8 * address.length;
        for (let bit = 0; bit < bits; bit += 1)
          assert.equal(named(neighbour(address, bit)) === named(address), bit >= length, `bit ${bit}`);
      });
    }
  }

  test('have a network with a name that can be read', () => {
    const named = (host: string, length: number): string =>
      networkOf({ family: host.includes(':') ? 'IPv6' : 'IPv4', host, port: 1 }, length, length);
    assert.equal(named('203.0.113.77', 20), '203.0.112.0/20');
    assert.equal(named('::ffff:203.0.113.77', 32), '203.0.113.77/32');
    assert.equal(named('2001:db8:0:1:2:3:4:5', 64), '2001:db8:0:1::/64');
    assert.equal(named('2001:db8::7', 128), '2001:db8:0:0:0:0:0:7/128');
    assert.equal(named('2001:db8::700:0', 120), '2001:db8:0:0:0:0:700::/120');
    assert.equal(named('2001:db8::7', 0), '::/0');
  });
});
