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
});
