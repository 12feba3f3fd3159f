import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { familyOf } from '../src/reactor/literal.ts';

describe('familyOf', () => {
  test('knows every IPv4 literal', () => {
    for (const host of ['0.0.0.0', '127.0.0.1', '255.255.255.255', '1.20.199.250'])
      assert.equal(familyOf(host), 'IPv4');
    fc.assert(fc.property(fc.ipV4(), (host) => familyOf(host) === 'IPv4'));
  });

  test('knows every IPv6 literal', () => {
    for (const host of ['::', '::1', '2001:DB8::1', '::ffff:192.0.2.1', 'fe80::1%eth0', 'fe80::1%1', '1:2:3:4:5:6:7:8'])
      assert.equal(familyOf(host), 'IPv6', host);
    fc.assert(fc.property(fc.ipV6(), (host) => familyOf(host) === 'IPv6'));
  });

  test('what else looks like an IPv4 address is a name', () => {
    const names = ['1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.04', '01.2.3.4', '1.2.3.4.', ' 1.2.3.4', '1.2.3.4\n'];
    for (const name of [...names, '1.2.3.x', '0x7f.0.0.1', '2130706433', '١.١.١.١'])
      assert.equal(familyOf(name), undefined, name);
  });

  test('a host name is a name', () => {
    for (const name of [
      '',
      'localhost',
      'example.org',
      'dead.beef',
      'a-b.c',
      'xn--bcher-kva.example',
      'localhost%lo',
      '[::1]',
    ])
      assert.equal(familyOf(name), undefined, name);
    fc.assert(fc.property(fc.domain(), (name) => familyOf(name) === undefined));
  });

  test('it takes for a literal all that the runtime does, and no host name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', '9', '25', '.', ':', 'a', 'f', 'g', '%', '-') }),
        (host) => {
          if (isIPv4(host)) assert.equal(familyOf(host), 'IPv4');
          else if (isIPv6(host)) assert.equal(familyOf(host), 'IPv6');
          else if (!host.includes(':')) assert.equal(familyOf(host), undefined);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
