import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { interleave } from '../../src/reactor/race.ts';
import type { HostAddress } from '../../src/seam/address.ts';

const four = (host: string): HostAddress => ({ family: 'IPv4', host });
const six = (host: string): HostAddress => ({ family: 'IPv6', host });

const addresses = fc
  .array(fc.boolean())
  .map((families) => families.map((v6, at) => (v6 ? six(`::${at}`) : four(`10.0.0.${at}`))));

describe('interleave', () => {
  test('R20 the families take turns, beginning with the first answer', () => {
    const [a, b, c] = [six('::a'), six('::b'), six('::c')];
    const [x, y] = [four('10.0.0.1'), four('10.0.0.2')];
    assert.deepEqual(interleave([a, b, c, x, y]), [a, x, b, y, c]);
    assert.deepEqual(interleave([x, a, b, c, y]), [x, a, y, b, c]);
    assert.deepEqual(interleave([x, y, a]), [x, a, y]);
  });

  test('one family, one address and none stay as they are', () => {
    const [x, y] = [four('10.0.0.1'), four('10.0.0.2')];
    assert.deepEqual(interleave([x, y]), [x, y]);
    assert.deepEqual(interleave([x]), [x]);
    assert.deepEqual(interleave([]), []);
  });

  test('R20 it keeps each address, and the order within each family', () => {
    fc.assert(
      fc.property(addresses, (given) => {
        const order = interleave(given);
        for (const family of ['IPv4', 'IPv6'] as const) {
          const of = (list: readonly HostAddress[]): HostAddress[] =>
            list.filter((address) => address.family === family);
          assert.deepEqual(of(order), of(given));
        }
        assert.equal(order.length, given.length);
        assert.equal(order[0], given[0]);
      }),
    );
  });

  test('R20 as long as both families have addresses left, neighbours differ', () => {
    fc.assert(
      fc.property(addresses, (given) => {
        const order = interleave(given);
        const fours = given.filter(({ family }) => family === 'IPv4').length;
        const turns = 2 * Math.min(fours, given.length - fours);
        for (let at = 1; at < turns; at += 1) assert.notEqual(order[at]?.family, order[at - 1]?.family);
      }),
    );
  });

  test('the list that was given is not changed', () => {
    const given = Object.freeze([six('::a'), six('::b'), four('10.0.0.1')]);
    interleave(given);
    assert.equal(given[1]?.host, '::b');
  });
});
