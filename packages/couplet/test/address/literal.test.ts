import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, familyOf, ipv6LiteralOf, literalOf, mapped } from '../../src/address/literal.ts';

/** Literals, and the address that each means. */
const FORMS: readonly (readonly [literal: string, hex: string])[] = [
  ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcdef0123456789abcdef0123456789'],
  ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
  ['2001:0db8:0000:0000:0008:0800:200c:417a', '20010db80000000000080800200c417a'],
  ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
  ['::', '0'.repeat(32)],
  ['0::', '0'.repeat(32)],
  ['::0:0:0:0:0.0.0.0', '0'.repeat(32)],
  ['1::', `0001${'0'.repeat(28)}`],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
  ['1:2:3::5:6:7:8', '00010002000300000005000600070008'],
  ['0:0:0:0:0:0:13.1.68.3', `${'0'.repeat(24)}0d014403`],
  ['::13.1.68.3', `${'0'.repeat(24)}0d014403`],
  ['::FFFF:129.144.52.38', `${'0'.repeat(20)}ffff81903426`],
  ['0:0:0:0:0:ffff:8190:3426', `${'0'.repeat(20)}ffff81903426`],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['1:2:3:4:5::1.2.3.4', '00010002000300040005000001020304'],
];

/** What is no IPv6 literal. */
const NONE: readonly string[] = [
  ':',
  ':::',
  '::::',
  '1:::2',
  ':1',
  '1:',
  ':1::2',
  '1::2:',
  '1::2::3',
  '::1::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '::1:2:3:4:5:6:7:8',
  '1:2:3:4::5:6:7:8',
  '12345::',
  '::00001',
  '::g',
  '::1.2.3',
  '::1.2.3.4.5',
  '::1.2.3.04',
  '::1.2.3.256',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1:2:3:4:5:6:7:1.2.3.4',
  '1:2:3:4:5:1.2.3.4',
  '1:2:3:4:5:6::1.2.3.4',
  '::1 ',
  '::1%',
  '%1',
  '::1%a%b',
  '[::1]',
  '::1/128',
  '0x1::',
  '::-1',
];

/** What is written for addresses that have zeros in each of the possible places, in all the ways that there are. */
function* corpus(): Generator<string> {
  yield* FORMS.map(([literal]) => literal);
  yield* NONE;
  for (let zeros = 0; zeros < 256; zeros += 1) {
    const groups = Array.from({ length: 8 }, (_, at) =>
      ((zeros >> at) & 1 ? 0 : 0xfedc >> ((at * 5) % 16)).toString(16),
    );
    const whole = groups.join(':');
    yield whole;
    yield whole.toUpperCase();
    yield groups.map((group) => group.padStart(4, '0')).join(':');
    yield `${groups.slice(0, 6).join(':')}:192.0.2.${zeros}`;
    // From here to there: also where it leaves something out that is not zero.
    for (let from = 0; from < 8; from += 1)
      for (let to = from; to < 8; to += 1) yield `${groups.slice(0, from).join(':')}::${groups.slice(to).join(':')}`;
  }
}

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

  test('knows every form of RFC 4291, section 2.2', () => {
    for (const [literal, hex] of FORMS) {
      assert.equal(familyOf(literal), 'IPv6', literal);
      assert.equal(Buffer.from(mapped(bytesOf(literal) ?? new Uint8Array())).toString('hex'), hex, literal);
    }
  });

  test('what else has a colon is none', () => {
    for (const text of NONE) assert.deepEqual([familyOf(text), bytesOf(text)], [undefined, undefined], text);
  });

  test('needs no parser of the runtime', () => {
    const { canParse } = URL;
    URL.canParse = () => assert.fail('the runtime was asked');
    try {
      assert.equal(familyOf('::0:0:0:0:0.0.0.0'), 'IPv6');
    } finally {
      URL.canParse = canParse;
    }
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
          else if (!host.includes('%')) assert.equal(familyOf(host), undefined);
        },
      ),
      { numRuns: 5000 },
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
    assert.equal(bytesOf('fe80::1%eth0'), undefined);
  });

  test('RT-9: those of a corpus are the same on every runtime', () => {
    const hash = createHash('sha256');
    let count = 0;
    for (const text of corpus()) {
      const bytes = bytesOf(text);
      hash.update(
        `${text} ${bytes === undefined ? 'none' : `${Buffer.from(bytes).toString('hex')} ${literalOf(bytes)}`}\n`,
      );
      count += 1;
    }
    assert.equal(count, 10_292);
    assert.equal(hash.digest('hex'), '19cb64f4811e73903b6e217bc544896e1573f2e75f58a0a0c469c303663f619f');
  });

  test('a literal is written as RFC 5952 says', () => {
    for (const [literal, canonical] of [
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:0DB8::0001', '2001:db8::1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
      ['0:0:1::', '0:0:1::'],
      ['1:0:0:0:0:0:0:0', '1::'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['::102:304', '::102:304'],
      ['::ffff:c000:201', '192.0.2.1'],
      ['192.0.2.1', '192.0.2.1'],
    ] as const)
      assert.equal(literalOf(bytesOf(literal) ?? new Uint8Array()), canonical, literal);
  });

  test('every literal that the runtime knows means what it does there', () => {
    const group = fc.nat(0xffff).map((number) => number.toString(16));
    const text = fc.oneof(
      fc.ipV6(),
      fc.array(fc.oneof(group, fc.constant('')), { maxLength: 9 }).map((all) => all.join(':')),
    );
    fc.assert(
      fc.property(text, (one) => {
        const bytes = bytesOf(one);
        assert.equal(bytes !== undefined, isIPv6(one), one);
        if (bytes === undefined) return;
        const system = new SocketAddress({ address: one, family: 'ipv6' }).address;
        assert.deepEqual(bytes, bytesOf(system), `${one} ${system}`);
      }),
      { numRuns: 2000 },
    );
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
