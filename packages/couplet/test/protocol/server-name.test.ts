import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientTLS } from 'couplet';
import { serverNameOf } from '../../src/protocol/tls.ts';

describe('R37 the name of a server', () => {
  for (const [host, name] of [
    ['poem.test', 'poem.test'],
    ['Poem.TEST', 'poem.test'],
    ['poem.test.', 'poem.test'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['BÜCHER.test.', 'xn--bcher-kva.test'],
    ['bu\u0308cher.test', 'xn--bcher-kva.test'],
    ['bücher。test。', 'xn--bcher-kva.test'],
    ['faß.test', 'xn--fa-hia.test'],
    ['例え.test', 'xn--r8jz45g.test'],
    ['*.bücher.test', '*.xn--bcher-kva.test'],
    ['a_b-c.ü', 'a_b-c.xn--tda'],
    ['XN--BCHER-KVA.test', 'xn--bcher-kva.test'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%Eth0', 'fe80::1%Eth0'],
  ] as const) {
    test(`R37 ${host} is ${name}`, () => assert.equal(serverNameOf(host), name));
  }

  for (const host of [
    '',
    '.',
    'ü/poem',
    'ü@poem',
    'ü:80',
    'ü poem',
    'ü\tpoem',
    'ü?',
    'ü#',
    'ü\\',
    'ü%41',
    '\ud800.test',
    'ü\u200e..',
  ]) {
    test(`R37 ${JSON.stringify(host)} has none`, () => assert.equal(serverNameOf(host), undefined));
  }

  test('R37 ClientTLS has it in that form, and refuses one that has none', () => {
    assert.equal(new ClientTLS({ serverName: 'Bücher.test.' }).serverName, 'xn--bcher-kva.test');
    assert.throws(() => new ClientTLS({ serverName: 'bücher test' }), {
      name: 'RangeError',
      message: "serverName 'bücher test' is not a host name or an IP address",
    });
  });
});
