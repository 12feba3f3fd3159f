import assert from 'node:assert/strict';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, familyOf, ipv6LiteralOf, literalOf, mapped } from '../src/protocol/literal.ts';

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

describe('the bytes of an address', () => {
  test('bytes and literal are each the other', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(fc.property(bytes, (one) => assert.deepEqual(bytesOf(literalOf(one)), Uint8Array.from(one))));
    assert.deepEqual(bytesOf('::'), new Uint8Array(16));
    assert.deepEqual(bytesOf('::ffff:192.0.2.1'), Uint8Array.of(192, 0, 2, 1));
    assert.equal(bytesOf('192.0.2.01'), undefined);
  });

  test('the IPv6 literal is the one that the system writes', () => {
    const bytes = fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, (sixteen) => {
        sixteen[0] = 0x20; // what begins with zeros has more than one short form
        const literal = literalOf(Uint8Array.from(sixteen));
        assert.equal(
          ipv6LiteralOf(Uint8Array.from(sixteen)),
          new SocketAddress({ address: literal, family: 'ipv6' }).address,
        );
      }),
    );
    for (const short of ['::', '::1', '::ffff:192.0.2.1', '2001:db8::1', '1:0:0:2::3', '1:0:2:3:4:5:6:7'])
      assert.equal(ipv6LiteralOf(mapped(bytesOf(short) ?? new Uint8Array())), short);
  });

  test('an IPv4 address is mapped among the IPv6 ones, which stay what they are', () => {
    assert.equal(Buffer.from(mapped(Uint8Array.of(192, 0, 2, 1))).toString('hex'), '00000000000000000000ffffc0000201');
    assert.deepEqual(mapped(new Uint8Array(16).fill(7)), new Uint8Array(16).fill(7));
  });
});
