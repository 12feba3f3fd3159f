import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ProxyDecoder } from '../../src/haproxy/decoder.ts';
import { encodeProxyHeader } from '../../src/haproxy/encode.ts';
import { crc32c, TLV } from '../../src/haproxy/tlv.ts';
import type { ProxyHeader } from '../../src/protocol/proxy-header.ts';
import { cutsOf, piecesOf } from '../../src/testing/cut.ts';
import { assertLinear } from '../growth.ts';
import { header, read, version2 } from './headers.ts';

const TCP4: ProxyHeader = {
  version: 1,
  command: 'PROXY',
  source: { family: 'IPv4', host: '192.168.0.1', port: 56_324 },
  destination: { family: 'IPv4', host: '192.168.0.11', port: 443 },
  tlvs: [],
};
const NAMELESS: ProxyHeader = { ...TCP4, source: undefined, destination: undefined };
const IPV4 = Buffer.from([192, 168, 0, 1, 192, 168, 0, 11, 0xdc, 0x04, 0x01, 0xbb]);

/** What is read of a line, CR and LF added. */
function readLine(line: string): unknown {
  return read([Buffer.from(`${line}\r\n`, 'latin1')]).outcome;
}

function readWhole(bytes: Uint8Array, maxHeaderBytes?: number): unknown {
  return read([bytes], maxHeaderBytes).outcome;
}

describe('a PROXY header', () => {
  test('R38 is read as it was written, under every cut, and nothing that follows it is touched', () => {
    fc.assert(
      fc.property(header, fc.nat(1000), (written, seed) => {
        const bytes = encodeProxyHeader(written);
        const stream = Buffer.concat([bytes, Buffer.from('PROXY what follows')]);
        for (const { places } of cutsOf(bytes.length, 2, seed)) {
          assert.deepEqual(read(piecesOf(stream, places)), { outcome: written, taken: bytes.length });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('R38 that is cut short is none yet', () => {
    fc.assert(
      fc.property(header, (written) => {
        const bytes = encodeProxyHeader(written);
        for (let length = 0; length < bytes.length; length += 1)
          assert.deepEqual(read([bytes.subarray(0, length)]), { outcome: undefined, taken: length });
      }),
      { numRuns: 60 },
    );
  });

  test('R38 that begins like none is refused at the first byte that shows it', () => {
    const none = 'PROXY header: it begins like neither version 1 nor version 2';
    for (const [bytes, at] of [
      ['GET / HTTP/1.1\r\n', 1],
      ['\x16\x03\x01', 1],
      ['PRI * HTTP/2.0\r\n', 3],
      ['PROXY\tTCP4', 6],
      ['proxy', 1],
      ['PROXY TCP5 ', 10],
      ['PROXY UNSPEC\r\n', 9],
      ['\r\n\r\n\0\r\nQUIT\r', 12],
      ['\n', 1],
    ] as const) {
      const stream = Buffer.from(bytes, 'latin1');
      assert.equal(readWhole(stream.subarray(0, at - 1)), undefined, bytes);
      assert.equal(readWhole(stream.subarray(0, at)), none, bytes);
      assert.equal(readWhole(stream), none, bytes);
    }
  });

  test('R38 that is refused takes no more bytes', () => {
    assert.equal(read([Buffer.from('x'), Buffer.from('PROXY UNKNOWN\r\n')]).taken, 1);
  });
});

describe('version 1', () => {
  const READ: readonly [line: string, host: string, port: number][] = [
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535', '255.255.255.255', 65_535],
    ['PROXY TCP4 0.0.0.0 0.0.0.0 0 0', '0.0.0.0', 0],
    ['PROXY TCP6 2001:DB8:0:0::1 :: 1 2', '2001:db8::1', 1],
    ['PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c000:201 1 2', '::ffff:192.0.2.1', 1],
    [
      'PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff :: 65535 0',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      65_535,
    ],
  ];

  test('R38 reads the example of the specification', () => {
    assert.deepEqual(readLine('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443'), TCP4);
  });

  for (const [line, host, port] of READ) {
    test(`R38 reads ${line}`, () => {
      const family = line.includes('TCP4') ? 'IPv4' : 'IPv6';
      const outcome = readLine(line);
      assert.ok(typeof outcome === 'object' && outcome !== null && 'source' in outcome, String(outcome));
      assert.deepEqual(outcome.source, { family, host, port });
    });
  }

  for (const rest of ['', ' ', ' ffff::1 ffff::2 65535 65535', ' \0\xff anything']) {
    test(`R38 heeds nothing of UNKNOWN${JSON.stringify(rest)}`, () => {
      assert.deepEqual(readLine(`PROXY UNKNOWN${rest}`), NAMELESS);
    });
  }

  const MALFORMED: readonly [line: string, why: string][] = [
    ['PROXY TCP4 192.168.0.1 192.168.0.11 56324', 'the line has 5 fields, not 6'],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1', 'the line has 7 fields, not 6'],
    ['PROXY TCP4  192.168.0.1 192.168.0.11 56324 443', 'the line has 7 fields, not 6'],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 ', 'the line has 7 fields, not 6'],
    ['PROXY TCP4 192.168.0.01 192.168.0.11 1 2', "the source '192.168.0.01' is not an IPv4 address"],
    ['PROXY TCP4 192.168.0.1 192.168.0.256 1 2', "the destination '192.168.0.256' is not an IPv4 address"],
    ['PROXY TCP4 192.168.1 192.168.0.11 1 2', "the source '192.168.1' is not an IPv4 address"],
    ['PROXY TCP6 192.168.0.1 ::1 1 2', "the source '192.168.0.1' is not an IPv6 address"],
    ['PROXY TCP6 ::1 1::2::3 1 2', "the destination '1::2::3' is not an IPv6 address"],
    ['PROXY TCP6 ::1 :1 1 2', "the destination ':1' is not an IPv6 address"],
    ['PROXY TCP6 ::1 12345::1 1 2', "the destination '12345::1' is not an IPv6 address"],
    ['PROXY TCP6 ::1 ::2 a 2', "the source port 'a' is not a number from 0 to 65535"],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 65536 2', "the source port '65536' is not a number from 0 to 65535"],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 1 02', "the destination port '02' is not a number from 0 to 65535"],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 1 ', "the destination port '' is not a number from 0 to 65535"],
  ];
  for (const [line, why] of MALFORMED) {
    test(`R38 refuses ${line}`, () => assert.equal(readLine(line), `PROXY header: ${why}`));
  }

  const STRANGE: readonly [begun: string, head: string][] = [
    ['PROXY TCP4 ::1', 'PROXY TCP4'],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 +1', 'PROXY TCP4'],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 1 2\r\r', 'PROXY TCP4'],
    ['PROXY TCP4 192.168.0.1 192.168.0.11 1 2\t', 'PROXY TCP4'],
    ['PROXY TCP6 fe80::1%eth0', 'PROXY TCP6'],
    ['PROXY UNKNOWNS', 'PROXY UNKNOWN'],
    ['PROXY UNKNOWN a\rb', 'PROXY UNKNOWN'],
  ];
  for (const [begun, head] of STRANGE) {
    test(`R38 refuses ${JSON.stringify(begun)} before the line ends`, () => {
      const why = `PROXY header: the line has an invalid character after '${head}'`;
      assert.equal(readWhole(Buffer.from(begun)), why);
    });
  }

  test('R38 a line ends with CR and LF', () => {
    const why = 'PROXY header: the line ends with LF alone';
    assert.equal(readWhole(Buffer.from('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\n')), why);
    assert.equal(readWhole(Buffer.from('PROXY UNKNOWN\n\r\n')), why);
  });

  test('R38 a line has 107 bytes at most', () => {
    const line = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`;
    assert.equal(line.length, 107);
    assert.deepEqual(readWhole(Buffer.from(line)), NAMELESS);
    const longer = Buffer.from(line.replace('x', 'xx'));
    assert.equal(readWhole(longer.subarray(0, 106)), undefined);
    assert.equal(readWhole(longer.subarray(0, 107)), 'PROXY header: no line ends within 107 bytes');
    assert.equal(readWhole(longer), 'PROXY header: no line ends within 107 bytes');
  });
});

describe('version 2', () => {
  test('R38 reads IPv4, IPv6 and UNIX addresses', () => {
    assert.deepEqual(readWhole(version2(0x21, 0x11, IPV4)), { ...TCP4, version: 2 });
    const ipv6 = Buffer.from(`20010db8${'0'.repeat(23)}1${'0'.repeat(32)}00010002`, 'hex');
    assert.deepEqual(readWhole(version2(0x21, 0x21, ipv6)), {
      ...TCP4,
      version: 2,
      source: { family: 'IPv6', host: '2001:db8::1', port: 1 },
      destination: { family: 'IPv6', host: '::', port: 2 },
    });
    const unix = Buffer.alloc(216);
    unix.write('/run/a\0garbage', 0);
    unix.fill('b', 108);
    assert.deepEqual(readWhole(version2(0x21, 0x31, unix)), {
      ...TCP4,
      version: 2,
      source: { family: 'UNIX', path: '/run/a' },
      destination: { family: 'UNIX', path: 'b'.repeat(108) },
    });
  });

  test('R38 LOCAL is accepted whatever comes with it, and none of it heeded', () => {
    const local = { ...NAMELESS, version: 2, command: 'LOCAL' };
    for (const family of [0x00, 0x11, 0x12, 0x31, 0xff])
      for (const rest of [Buffer.alloc(0), IPV4, Buffer.alloc(300, 'x')])
        assert.deepEqual(readWhole(version2(0x20, family, rest)), local);
  });

  test('R38 UNSPEC names nobody, and may have TLVs', () => {
    assert.deepEqual(readWhole(version2(0x21, 0x00, Buffer.from([TLV.ALPN, 0, 2, 0x68, 0x32]))), {
      ...NAMELESS,
      version: 2,
      tlvs: [{ type: TLV.ALPN, value: Uint8Array.of(0x68, 0x32) }],
    });
  });

  test('R38 a family or protocol that is not supported counts as UNSPEC: its addresses are skipped', () => {
    const nobody = { ...NAMELESS, version: 2 };
    const alpn = { type: TLV.ALPN, value: Uint8Array.of(0x68, 0x32) };
    const sizes = [0, 12, 36, 216];
    for (const family of [0x00, 0x01, 0x02, 0x10, 0x12, 0x20, 0x22, 0x30, 0x32]) {
      const addresses = Buffer.alloc(sizes[family >> 4] ?? 0, 0xc0);
      const read = (rest: Uint8Array): unknown => readWhole(version2(0x21, family, rest));
      assert.deepEqual(read(addresses), nobody, `${family}`);
      // Whatever the sender takes for addresses: too few, or more than this receiver knows of.
      for (const rest of [IPV4.subarray(0, 5), IPV4, Buffer.concat([addresses, IPV4])])
        assert.deepEqual(read(rest), nobody, `${family} and ${rest.length} bytes`);
      assert.deepEqual(read(Buffer.concat([addresses, Buffer.from([1, 0, 2, 0x68, 0x32])])), {
        ...nobody,
        tlvs: [alpn],
      });
    }
  });

  test('R38 the checksum of a header without addresses is verified too', () => {
    const sealed = encodeProxyHeader({
      ...NAMELESS,
      version: 2,
      tlvs: [{ type: TLV.CRC32C, value: new Uint8Array(4) }],
    });
    assert.equal(typeof readWhole(sealed), 'object');
    sealed[13] = 0x02;
    assert.match(String(readWhole(sealed)), /its checksum is 0x/);
  });

  test('R38 what is known of version and command, family and length is judged before the rest has come', () => {
    for (const command of [0x22, 0x2f, 0x11, 0x31])
      assert.match(String(readWhole(version2(command, 0, IPV4).subarray(0, 13))), /its version and command, 0x/);
    for (const family of [0x03, 0x13, 0x1f, 0x23, 0x33, 0x40, 0x41, 0xff])
      assert.match(String(readWhole(version2(0x21, family, IPV4).subarray(0, 14))), /its family and protocol, 0x/);
    const short = version2(0x21, 0x11, IPV4, 11).subarray(0, 16);
    assert.equal(readWhole(short), 'PROXY header: the 12 bytes of its addresses do not fit into 11');
  });

  test('R38 a header is bounded', () => {
    assert.deepEqual(readWhole(version2(0x20, 0, Buffer.alloc(4080))), { ...NAMELESS, version: 2, command: 'LOCAL' });
    const longer = version2(0x20, 0, Buffer.alloc(4081));
    assert.equal(readWhole(longer.subarray(0, 16)), 'PROXY header: it has 4097 bytes, more than 4096');
    assert.deepEqual(readWhole(longer, 4097), { ...NAMELESS, version: 2, command: 'LOCAL' });
    const most = version2(0x20, 0, Buffer.alloc(0xffff));
    assert.equal(read([most], 65_551).taken, 65_551);
  });

  test('R38 nothing is allocated for bytes that are only announced', () => {
    const head = version2(0x20, 0, Buffer.alloc(0), 0xffff);
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 1000 }, () => new ProxyDecoder(65_551));
    for (const decoder of decoders) assert.equal(decoder.push(head), 16);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1000 * 1024);
  });

  test('R38 a TLV that ends beyond the header is malformed', () => {
    for (const tlvs of [[1], [1, 0], [1, 0, 1], [4, 0, 0, 4, 0, 5, 1, 2, 3, 4]])
      assert.equal(
        readWhole(version2(0x21, 0x11, Buffer.concat([IPV4, Uint8Array.from(tlvs)]))),
        'PROXY header: the last TLV does not fit into it',
      );
  });

  test('R38 a path that is no UTF-8 is malformed', () => {
    const paths = Buffer.alloc(216).fill(0xff, 0, 2);
    assert.equal(readWhole(version2(0x21, 0x31, paths)), 'PROXY header: a path is not valid UTF-8');
  });

  test('R38 a checksum is verified', () => {
    const sealed = encodeProxyHeader({
      ...TCP4,
      version: 2,
      tlvs: [
        { type: TLV.NOOP, value: new Uint8Array(3) },
        { type: TLV.CRC32C, value: new Uint8Array(4) },
        { type: TLV.ALPN, value: Buffer.from('h2') },
      ],
    });
    assert.equal(typeof readWhole(sealed), 'object');
    const type = 16 + IPV4.length + 6;
    assert.equal(sealed[type], TLV.CRC32C);
    for (let at = 16; at < sealed.length; at += 1) {
      if (at === type) continue; // without its type it is no checksum
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      assert.equal(typeof readWhole(flipped), 'string', `byte ${at}`);
    }
    const twice = Uint8Array.from([...IPV4, 3, 0, 4, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0]);
    const odd = Uint8Array.from([...IPV4, 3, 0, 3, 0, 0, 0]);
    for (const rest of [twice, odd])
      assert.equal(
        readWhole(version2(0x21, 0x11, rest)),
        'PROXY header: a header has one checksum at most, of 4 bytes',
      );
  });

  test('R38 the checksum is CRC32c', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe306_9283);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a91_36aa); // RFC 3720, appendix B.4
  });
});

test('R28 a header of version 2 that arrives byte by byte costs no more than in proportion to its length', () => {
  assertLinear(0xfffc, (size) => {
    const stream = version2(0x21, 0x00, Buffer.from([4, (size >> 8) & 0xff, size & 0xff, ...Buffer.alloc(size)]));
    const pieces = piecesOf(
      stream,
      Array.from({ length: stream.length - 1 }, (_, at) => at + 1),
    );
    return () => assert.equal(read(pieces, 65_551).taken, stream.length);
  });
});
