import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IPv4Address, IPv6Address, PipeAddress, UNIXAddress } from 'couplet';
import { addressOf, isWildcard } from '../../src/address/address.ts';

describe('IPv4Address', () => {
  test('has host, port, and a text for each reader', () => {
    const address = new IPv4Address('127.0.0.1', 8007);
    assert.deepEqual([address.family, address.type, address.host, address.port], ['IPv4', 'TCP', '127.0.0.1', 8007]);
    assert.equal(address.authority, '127.0.0.1:8007');
    assert.equal(`${address}`, "IPv4Address(type='TCP', host='127.0.0.1', port=8007)");
  });
});

describe('IPv6Address', () => {
  test('puts the literal into brackets where a port follows', () => {
    const address = new IPv6Address('::1', 8007);
    assert.deepEqual([address.family, address.type, address.host, address.port], ['IPv6', 'TCP', '::1', 8007]);
    assert.equal(address.authority, '[::1]:8007');
    assert.equal(`${address}`, "IPv6Address(type='TCP', host='::1', port=8007)");
  });

  test('its authority is that of a URL', () => {
    const { authority } = new IPv6Address('2001:db8::1', 8007);
    assert.equal(new URL(`tcp://${authority}/`).host, authority);
  });
});

describe('UNIXAddress', () => {
  test('has a path, which is empty at the end that did not bind', () => {
    const address = new UNIXAddress('/run/echo.sock');
    assert.deepEqual([address.family, address.path], ['UNIX', '/run/echo.sock']);
    assert.equal(address.authority, '/run/echo.sock');
    assert.equal(`${address}`, "UNIXAddress('/run/echo.sock')");
    assert.equal(new UNIXAddress('').authority, 'unix:');
  });

  test('is printed as one line, whatever a proxy says the path is', () => {
    const path = '/run/a\nb\u001b[31mFAKE\\\u202e';
    const address = new UNIXAddress(path);
    assert.equal(address.path, path);
    assert.equal(address.authority, '/run/a\\nb\\u001b[31mFAKE\\\\u202e');
    assert.equal(`${address}`, `UNIXAddress('${address.authority}')`);
    assert.equal(new UNIXAddress('\0abstract').authority, '\\u0000abstract');
  });
});

describe('PipeAddress', () => {
  test('is that of standard input and output', () => {
    const address = new PipeAddress();
    assert.deepEqual([address.family, address.authority], ['PIPE', 'stdio']);
    assert.equal(`${address}`, 'PipeAddress()');
  });
});

describe('addressOf', () => {
  test('gives each name the class of its family', () => {
    assert.deepEqual(addressOf({ family: 'IPv4', host: '10.0.0.1', port: 1 }), new IPv4Address('10.0.0.1', 1));
    assert.deepEqual(addressOf({ family: 'IPv6', host: '::1', port: 2 }), new IPv6Address('::1', 2));
    assert.deepEqual(addressOf({ family: 'UNIX', path: '/a' }), new UNIXAddress('/a'));
    assert.deepEqual(addressOf({ family: 'PIPE' }), new PipeAddress());
  });

  test('addresses of the same place are equal, of another not', () => {
    assert.deepEqual(new IPv4Address('10.0.0.1', 1), new IPv4Address('10.0.0.1', 1));
    assert.notDeepEqual(new IPv4Address('10.0.0.1', 1), new IPv4Address('10.0.0.1', 2));
    assert.notDeepEqual(addressOf({ family: 'IPv4', host: '::1', port: 1 }), new IPv6Address('::1', 1));
  });
});

describe('the address of a port', () => {
  for (const [host, wildcard] of [
    ['0.0.0.0', true],
    ['::', true],
    ['::ffff:0.0.0.0', true],
    ['127.0.0.1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
  ] as const)
    test(`R44 ${host} is ${wildcard ? 'not ' : ''}that of its connections`, () => {
      const family = host.includes(':') ? 'IPv6' : 'IPv4';
      assert.equal(isWildcard(addressOf({ family, host, port: 80 })), wildcard);
    });

  test('R44 a path is that of its connections', () => {
    assert.equal(isWildcard(addressOf({ family: 'UNIX', path: '::' })), false);
  });
});
