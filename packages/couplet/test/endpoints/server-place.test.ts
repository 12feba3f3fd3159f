import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeOf, quoteStringArgument } from 'couplet/endpoints';
import fc from 'fast-check';

const TLS = 'cert=/nowhere/cert.pem:key=/nowhere/key.pem';
const FILES = { cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' };

describe('the place of a server description', () => {
  for (const [key, ...texts] of [
    [
      'tcp:8007:interface=0.0.0.0',
      'tcp:8007',
      'tcp:port=8007',
      'tcp:port=8007:interface=0.0.0.0:backlog=7',
      'tcp6:8007:interface=0.0.0.0',
      `tls:8007:${TLS}:clientAuth=none`,
      `ssl:${TLS}:port=8007`,
      `tls:endpoint=tcp\\:8007:${TLS}`,
      'haproxy:trusted=10.0.0.0/8:tcp:8007',
      `haproxy:trusted=10.0.0.0/8:timeout=3:tls:8007:${TLS}`,
    ],
    ['tcp:8007:interface=[::]', 'tcp6:8007', 'tcp:8007:interface=[0:0:0:0:0:0:0:0]', 'tcp:8007:interface=\\:\\:'],
    ['tcp:8007:interface=[2001:db8::1]', 'tcp:8007:interface=[2001:DB8:0::0:1]', 'tcp6:8007:interface=[2001:db8::1]'],
    ['tcp:8007:interface=[::ffff:192.0.2.1]', 'tcp6:8007:interface=[::FFFF:c000:0201]'],
    ['tcp:8007:interface=[fe80::1%eth0]', 'tcp:8007:interface=[fe80::1%eth0]'],
    ['tcp:8007:interface=poem.test', 'tcp:8007:interface=Poem.TEST'],
    ['tcp:0:interface=0.0.0.0', 'tcp:0'],
    ['unix:/run/echo.sock', 'unix:path=/run/echo.sock:mode=600', 'unix:/run/echo.sock:backlog=9:lockfile=0'],
    ['unix:C\\:\\\\echo', 'unix:C\\:\\\\echo', `tls:${TLS}:endpoint=unix\\:C\\\\\\:\\\\\\\\echo`],
    ['fd:3', 'fd:descriptor=3:backlog=7', `tls:endpoint=fd\\:3:${TLS}`],
    ['systemd:name=web:index=1', 'systemd:index=1:domain=INET:name=web', 'systemd:name=web:index=1:backlog=5'],
    ['systemd:name=web', 'systemd:name=web', 'haproxy:trusted=unix:systemd:name=web:domain=UNIX'],
    ['systemd:index=0', 'systemd:index=0'],
    ['stdio:', 'stdio', 'stdio:'],
  ] as const) {
    test(`R35 ${key}`, () => {
      for (const text of [key, ...texts]) assert.equal(placeOf(text).key, key, text);
    });
  }

  test('R35 says how to bind it, also beneath TLS and PROXY headers, and reads no file for that', () => {
    assert.deepEqual(placeOf(`haproxy:trusted=unix:tls:endpoint=unix\\:/run/a\\:mode=600:${TLS}`), {
      kind: 'unix',
      path: '/run/a',
      mode: 0o600,
      backlog: 4096,
      key: 'unix:/run/a',
      tls: FILES,
    });
    assert.deepEqual(placeOf(`tls:8443:interface=[::1]:backlog=5:ca=/nowhere/ca.pem:${TLS}`), {
      kind: 'tcp',
      host: '::1',
      port: 8443,
      backlog: 5,
      key: 'tcp:8443:interface=[::1]',
      tls: { ...FILES, ca: '/nowhere/ca.pem' },
    });
    assert.deepEqual(placeOf('tcp6:8007:ipv6Only=1:reusePort=1'), {
      kind: 'tcp',
      host: '::',
      port: 8007,
      backlog: 4096,
      ipv6Only: true,
      reusePort: true,
      key: 'tcp:8007:interface=[::]',
    });
    assert.deepEqual(placeOf('systemd:name=web:domain=INET'), {
      kind: 'systemd',
      socket: { name: 'web', domain: 'INET' },
      backlog: 4096,
      key: 'systemd:name=web',
    });
  });

  test('R35 a host name has one key, however its letters are written', () => {
    const keys = ['tcp:80:interface=Example.COM', 'tcp:80:interface=example.com'].map((text) => placeOf(text).key);
    assert.deepEqual(keys, ['tcp:80:interface=example.com', 'tcp:80:interface=example.com']);
  });

  test('R35 places that differ have keys that differ', () => {
    const keys = ['tcp:80', 'tcp:8', 'tcp6:80', 'tcp:80:interface=127.0.0.1', 'unix:80', 'fd:80', 'systemd:index=80'];
    assert.equal(new Set(keys.map((text) => placeOf(text).key)).size, keys.length);
  });

  test('R35 the key of any path is a description of that path', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (path) => {
        const place = placeOf(`unix:path=${quoteStringArgument(path)}`);
        assert.deepEqual([placeOf(place.key).key, place.kind === 'unix' && place.path], [place.key, path]);
      }),
    );
  });

  test('R35 what is not a string is a TypeError', () => {
    assert.throws(() => Reflect.apply(placeOf, undefined, [8007]), /^TypeError: description is the number 8007/);
  });
});
