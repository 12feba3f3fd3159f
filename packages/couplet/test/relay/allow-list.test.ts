import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Permit } from '../../src/relay/allow-list.ts';
import { AllowList } from '../../src/relay/allow-list.ts';

describe('an allow-list', () => {
  const list = new AllowList([
    { host: 'Example.org', port: 443 },
    { host: '*.internal.example', port: '*' },
    { host: '192.0.2.7', port: 80 },
    { host: '2001:db8::7', port: 80 },
    { network: '10.0.0.0/8', port: 22 },
    { network: '2001:db8:1::/48', port: '*' },
  ]);

  const ALLOWED: [string, number][] = [
    ['example.org', 443],
    ['EXAMPLE.ORG.', 443],
    ['a.internal.example', 1],
    ['b.a.internal.example', 65_535],
    ['192.0.2.7', 80],
    ['::ffff:192.0.2.7', 80],
    ['2001:DB8:0::0:7', 80],
    ['10.255.255.255', 22],
    ['2001:db8:1:ffff::1', 9],
  ];
  for (const [host, port] of ALLOWED) {
    test(`permits ${host} at ${port}`, () => assert.equal(list.permits(host, port), true));
  }

  const REFUSED: [string, number][] = [
    ['example.org', 80],
    ['www.example.org', 443],
    ['example.org.evil.example', 443],
    ['example.org..', 443],
    ['internal.example', 1],
    ['xinternal.example', 1],
    ['.internal.example', 1],
    ['*.internal.example', 1],
    ['a b.internal.example', 1],
    ['a\0.internal.example', 1],
    [`${'a'.repeat(64)}.internal.example`, 1],
    [`${'a.'.repeat(120)}internal.example`, 1],
    ['a.internal.example', 0],
    ['192.0.2.8', 80],
    ['2001:db8::8', 80],
    ['11.0.0.1', 22],
    ['10.1', 22],
    ['0x0a000001', 22],
    ['167772161', 22],
    ['2001:db8:2::1', 9],
    ['2001:db8:1::1%eth0', 9],
    ['::ffff:11.0.0.1', 22],
    ['', 443],
  ];
  for (const [host, port] of REFUSED) {
    test(`refuses ${JSON.stringify(host)} at ${port}`, () => assert.equal(list.permits(host, port), false));
  }

  test('without a permit there is no destination', () => {
    assert.equal(new AllowList([]).permits('example.org', 443), false);
  });

  const WRONG: [Permit, string][] = [
    [{ host: 'example.org', port: 0 }, "port is 0, not a whole number from 1 to 65535 or '*'"],
    [{ host: 'example.org', port: 65_536 }, "port is 65536, not a whole number from 1 to 65535 or '*'"],
    [{ host: '*', port: '*' }, "host '*' is not a host name, '*.' and a host name, or an IP address"],
    [{ host: 'a.*.org', port: 1 }, "host 'a.*.org' is not a host name, '*.' and a host name, or an IP address"],
    [{ host: '127.1', port: 1 }, "host '127.1' is not a host name, '*.' and a host name, or an IP address"],
    [{ host: '10.0.0.0/8', port: 1 }, "host '10.0.0.0/8' is not a host name, '*.' and a host name, or an IP address"],
    [{ network: 'example.org', port: 1 }, "'example.org' is not a network such as 192.0.2.0/24"],
    [{ network: '10.0.0.0/8/9', port: 1 }, "'10.0.0.0/8/9' is not a network such as 192.0.2.0/24"],
    [{ network: '10.0.0.0/33', port: 1 }, "the prefix length '33' of '10.0.0.0/33' is not a number from 0 to 32"],
    [{ network: '::/', port: 1 }, "the prefix length '' of '::/' is not a number from 0 to 128"],
    [{ network: '10.0.0.1/8', port: 1 }, "'10.0.0.1/8' has bits set beyond its prefix length"],
  ];
  for (const [permit, message] of WRONG) {
    test(`cannot understand ${JSON.stringify(permit)}`, () => {
      const list = (): AllowList => new AllowList([{ host: 'example.org', port: 1 }, permit]);
      assert.throws(list, { name: 'RangeError', message: `permit 1: ${message}` });
    });
  }
});
