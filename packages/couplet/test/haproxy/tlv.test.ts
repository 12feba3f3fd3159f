import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameless } from '../../src/haproxy/header.ts';
import type { ProxyDetails } from '../../src/haproxy/tlv.ts';
import { detailsOf, TLV, writeTlvs } from '../../src/haproxy/tlv.ts';
import type { Tlv } from '../../src/protocol/proxy-header.ts';

function tlv(type: number, value: string | readonly number[]): Tlv {
  return { type, value: Buffer.from(typeof value === 'string' ? value : Uint8Array.from(value)) };
}

function details(...tlvs: Tlv[]): ProxyDetails {
  return detailsOf(nameless(2, 'PROXY', tlvs));
}

/** An SSL TLV: which bits, how the verification ended, and what is inside. */
function ssl(client: number, verify: number, ...inside: Tlv[]): Tlv {
  return tlv(TLV.SSL, [client, 0, 0, 0, verify, ...writeTlvs(inside)]);
}

describe('the details of a PROXY header', () => {
  test('are the TLVs that the specification names', () => {
    const said = details(
      tlv(TLV.ALPN, 'h2'),
      tlv(TLV.NOOP, [0, 0]),
      tlv(TLV.AUTHORITY, 'bücher.example'),
      tlv(TLV.UNIQUE_ID, [0, 255]),
      tlv(TLV.NETNS, 'blue'),
      tlv(TLV.ALPN, 'the second does not count'),
    );
    const { uniqueId = [], ...rest } = said;
    assert.deepEqual(rest, { alpn: 'h2', authority: 'bücher.example', netns: 'blue', ssl: undefined });
    assert.deepEqual([...uniqueId], [0, 255]);
  });

  test('are undefined where the header says nothing', () => {
    assert.deepEqual(details(), {
      alpn: undefined,
      authority: undefined,
      uniqueId: undefined,
      netns: undefined,
      ssl: undefined,
    });
  });

  test('tell how the client is connected over TLS', () => {
    const inside = [
      tlv(0x21, 'TLSv1.3'),
      tlv(0x22, 'Zoë'),
      tlv(0x23, 'AES'),
      tlv(0x24, 'SHA256'),
      tlv(0x25, 'RSA2048'),
    ];
    assert.deepEqual(details(ssl(0b011, 0, ...inside)).ssl, {
      secured: true,
      certificate: 'connection',
      verified: true,
      version: 'TLSv1.3',
      commonName: 'Zoë',
      cipher: 'AES',
      signature: 'SHA256',
      key: 'RSA2048',
    });
  });

  test('call a client verified only when it showed a certificate that was found good', () => {
    const verdicts = [ssl(0b101, 0), ssl(0b101, 1), ssl(0b001, 0), ssl(0, 0)].map((one) => details(one).ssl);
    assert.deepEqual(
      verdicts.map((one) => [one?.secured, one?.certificate, one?.verified]),
      [
        [true, 'session', true],
        [true, 'session', false],
        [true, undefined, false],
        [false, undefined, false],
      ],
    );
  });

  test('leave out TLS when its TLV is malformed', () => {
    for (const value of [[], [1, 0, 0, 0], [1, 0, 0, 0, 0, 0x21], [1, 0, 0, 0, 0, 0x21, 0, 5, 1]])
      assert.equal(details(tlv(TLV.SSL, value)).ssl, undefined);
  });
});
