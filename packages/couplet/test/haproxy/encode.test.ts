import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeProxyHeader } from '../../src/haproxy/encode.ts';
import { TLV } from '../../src/haproxy/tlv.ts';
import type { ProxyHeader } from '../../src/protocol/proxy-header.ts';
import { version2 } from './headers.ts';

const SOURCE = { family: 'IPv4', host: '192.168.0.1', port: 56_324 } as const;
const DESTINATION = { family: 'IPv4', host: '192.168.0.11', port: 443 } as const;
const VERSION1: ProxyHeader = { version: 1, command: 'PROXY', source: SOURCE, destination: DESTINATION, tlvs: [] };
const VERSION2: ProxyHeader = { ...VERSION1, version: 2 };
const NOBODY = { source: undefined, destination: undefined };
const UNIX = { family: 'UNIX', path: '/run/a' } as const;

function lineOf(header: Partial<ProxyHeader>): string {
  return encodeProxyHeader({ ...VERSION1, ...header }).toString('latin1');
}

describe('writing a PROXY header', () => {
  test('R38 version 1 is a line', () => {
    assert.equal(lineOf({}), 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n');
    const source = { family: 'IPv6', host: '2001:DB8::0:1', port: 0 } as const;
    const destination = { family: 'IPv6', host: 'fe80::1%eth0', port: 65_535 } as const;
    assert.equal(lineOf({ source, destination }), 'PROXY TCP6 2001:db8::1 fe80::1 0 65535\r\n');
  });

  test('R38 what version 1 has no words for is UNKNOWN', () => {
    assert.equal(lineOf({ source: UNIX, destination: UNIX }), 'PROXY UNKNOWN\r\n');
    assert.equal(lineOf(NOBODY), 'PROXY UNKNOWN\r\n');
    assert.equal(lineOf({ ...NOBODY, command: 'LOCAL' }), 'PROXY UNKNOWN\r\n');
  });

  test('R38 version 2 is the signature, the length, the addresses and the TLVs', () => {
    const tlvs = [{ type: TLV.AUTHORITY, value: Buffer.from('a.example') }];
    const rest = Buffer.from([
      192,
      168,
      0,
      1,
      192,
      168,
      0,
      11,
      0xdc,
      0x04,
      0x01,
      0xbb,
      2,
      0,
      9,
      ...Buffer.from('a.example'),
    ]);
    assert.deepEqual(encodeProxyHeader({ ...VERSION2, tlvs }), version2(0x21, 0x11, rest));
    assert.deepEqual(
      encodeProxyHeader({ ...VERSION2, ...NOBODY, command: 'LOCAL' }),
      version2(0x20, 0x00, Buffer.alloc(0)),
    );
  });

  test('R38 the longest header is written', () => {
    const tlvs = [{ type: TLV.NOOP, value: new Uint8Array(0xffff - 15) }];
    assert.equal(encodeProxyHeader({ ...VERSION2, tlvs }).length, 65_551);
  });

  const WRONG: readonly [header: Partial<ProxyHeader>, message: string][] = [
    [{ destination: undefined }, 'source is IPv4 and destination undefined: both must be of the same family'],
    [{ source: UNIX }, 'source is UNIX and destination IPv4: both must be of the same family'],
    [{ source: { ...SOURCE, host: 'localhost' } }, "'localhost' is not an IPv4 address"],
    [{ source: { ...SOURCE, host: '::1' } }, "'::1' is not an IPv4 address"],
    [{ destination: { ...DESTINATION, port: 65_536 } }, 'port 65536 is not a whole number from 0 to 65535'],
    [{ destination: { ...DESTINATION, port: 0.5 } }, 'port 0.5 is not a whole number from 0 to 65535'],
    [{ command: 'LOCAL' }, 'a LOCAL header has neither addresses nor TLVs'],
    [{ version: 1, tlvs: [{ type: 4, value: new Uint8Array() }] }, 'a header of version 1 has no TLVs'],
    [{ tlvs: [{ type: 256, value: new Uint8Array() }] }, 'tlvs[0].type is 256, not a whole number from 0 to 255'],
    [{ tlvs: [{ type: 4, value: new Uint8Array(65_536) }] }, 'tlvs[0].value has 65536 bytes, more than 65535'],
    [{ tlvs: [{ type: 4, value: new Uint8Array(65_521) }] }, 'the header has 65552 bytes, more than 65551'],
    [{ tlvs: [{ type: 3, value: new Uint8Array(3) }] }, 'a header has one checksum at most, of 4 bytes'],
    [
      { source: { family: 'UNIX', path: `/${'a'.repeat(108)}` }, destination: UNIX },
      `the path '/${'a'.repeat(108)}' has 109 bytes, more than 108`,
    ],
    [{ source: { family: 'UNIX', path: '/a\0b' }, destination: UNIX }, "the path '/a\0b' has a NUL inside"],
  ];
  for (const [wrong, message] of WRONG) {
    test(`R38 throws when ${message.slice(0, 80)}`, () => {
      assert.throws(() => encodeProxyHeader({ ...VERSION2, ...wrong }), { name: 'RangeError', message });
    });
  }
});
