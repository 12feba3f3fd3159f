import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Cidr } from '../../src/address/cidr.ts';
import { literalOf } from '../../src/address/literal.ts';

describe('a network', () => {
  test('has exactly the addresses that share its prefix', () => {
    const address = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const longer = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(address, address), fc.tuple(longer, longer)),
        fc.nat(128),
        ([one, other], length) => {
          const fixed = Math.min(length, 8 * one.length);
          const bits = (bytes: Uint8Array): string =>
            Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
          const start = bits(one).slice(0, fixed);
          const base = start.padEnd(8 * one.length, '0').match(/.{8}/g) ?? [];
          const prefix = Uint8Array.from(base, (byte) => Number.parseInt(byte, 2));
          const network = new Cidr(`${literalOf(prefix)}/${fixed}`);
          assert.equal(network.has(one), true);
          assert.equal(network.has(other), bits(other).startsWith(start));
        },
      ),
    );
  });
});
