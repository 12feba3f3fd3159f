import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Trusted, termsOf } from '../../src/haproxy/options.ts';
import type { SocketName } from '../../src/seam/address.ts';

function inet(host: string): SocketName {
  return { family: host.includes(':') ? 'IPv6' : 'IPv4', host, port: 1234 };
}

describe('who is trusted', () => {
  const trusted = new Trusted(['10.0.0.0/8', '192.0.2.1', '::1', 'fe80::/10']);

  test('R38 is who is in one of the networks', () => {
    for (const host of ['10.255.0.1', '192.0.2.1', '::1', '::ffff:10.0.0.1', 'fe80::7%eth0'])
      assert.equal(trusted.has(inet(host)), true, host);
    for (const host of ['11.0.0.1', '192.0.2.2', '::2', '::ffff:11.0.0.1', 'fec0::1', '127.0.0.1'])
      assert.equal(trusted.has(inet(host)), false, host);
  });

  test('R38 is the peer of a UNIX socket only where `unix` is named', () => {
    const peer: SocketName = { family: 'UNIX', path: '' };
    assert.equal(trusted.has(peer), false);
    const unix = new Trusted(['unix']);
    assert.equal(unix.has(peer), true);
    assert.equal(unix.has(inet('127.0.0.1')), false);
  });

  test('R38 has to be named, and well', () => {
    assert.throws(() => new Trusted([]), {
      name: 'RangeError',
      message: "trusted is empty, not an array of networks such as ['10.0.0.0/8']",
    });
    for (const [bad, message] of [
      ['10.0.0.0/33', "the prefix length '33' of '10.0.0.0/33' is not a number from 0 to 32"],
      ['10.0.0.1/8', "'10.0.0.1/8' has bits set beyond its prefix length"],
      ['localhost', "'localhost' is not a network such as 192.0.2.0/24"],
      ['UNIX', "'UNIX' is not a network such as 192.0.2.0/24"],
    ] as const)
      assert.throws(() => new Trusted(['::1', bad]), { name: 'RangeError', message });
  });
});

describe('the options of a port behind a proxy', () => {
  test('R38 have defaults', () => {
    const { headerTimeoutMs, maxHeaderBytes } = termsOf({ trusted: ['::1'] });
    assert.deepEqual({ headerTimeoutMs, maxHeaderBytes }, { headerTimeoutMs: 5000, maxHeaderBytes: 4096 });
  });

  test('R38 are refused by name', () => {
    for (const headerTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => termsOf({ trusted: ['::1'], headerTimeoutMs }), {
        name: 'RangeError',
        message: /^headerTimeoutMs is /,
      });
    for (const maxHeaderBytes of [106, 65_552, 200.5, Number.NaN])
      assert.throws(() => termsOf({ trusted: ['::1'], maxHeaderBytes }), {
        name: 'RangeError',
        message: /^maxHeaderBytes is /,
      });
  });
});
