import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkEndpoint, poetryAddress } from '../../src/command-line/poetry-address.ts';
import { UsageError } from '../../src/command-line/usage-error.ts';

const ADDRESSES: readonly (readonly [text: string, name: string, endpoint: string])[] = [
  ['10000', '127.0.0.1:10000', 'tcp:127.0.0.1:10000'],
  [':10000', '127.0.0.1:10000', 'tcp:127.0.0.1:10000'],
  ['127.0.0.1:10000', '127.0.0.1:10000', 'tcp:127.0.0.1:10000'],
  ['poetry.example.org:1', 'poetry.example.org:1', 'tcp:poetry.example.org:1'],
  ['my_host-2:65535', 'my_host-2:65535', 'tcp:my_host-2:65535'],
  ['bücher.example:80', 'bücher.example:80', 'tcp:bücher.example:80'],
  ['[::1]:10000', '[::1]:10000', 'tcp:[::1]:10000'],
  ['[fe80::1%lo]:80', '[fe80::1%lo]:80', 'tcp:[fe80::1%lo]:80'],
  ['tcp:10000', 'tcp:10000', 'tcp:tcp:10000'],
  ['tcp:localhost:10000', 'tcp:localhost:10000', 'tcp:localhost:10000'],
  ['tcp:localhost:10000:timeout=5', 'tcp:localhost:10000:timeout=5', 'tcp:localhost:10000:timeout=5'],
  ['unix:/run/poetry.sock', 'unix:/run/poetry.sock', 'unix:/run/poetry.sock'],
  ['stdio:', 'stdio:', 'stdio:'],
  ['tls:localhost:10000:verify=0', 'tls:localhost:10000:verify=0', 'tls:localhost:10000:verify=0'],
  [
    'haproxy:version=2:tcp:localhost:10000',
    'haproxy:version=2:tcp:localhost:10000',
    'haproxy:version=2:tcp:localhost:10000',
  ],
];

const NO_ADDRESSES = [
  '',
  ':',
  'localhost',
  'localhost:',
  'localhost:abc',
  '0',
  '65536',
  'localhost:0',
  ':99999',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '::1',
  '::1:10000',
  '[::1]',
  '[::1:10000',
  '[]:80',
  '[localhost]:80',
  '[127.0.0.1]:80',
  'a b:80',
  'a\n:80',
  'a\u001b:80',
  'http://localhost:80',
  'user@localhost:80',
  'a=b:80',
  'udp:localhost:80',
];

describe('poetryAddress', () => {
  it('reads every form of an address', () => {
    for (const [text, name, endpoint] of ADDRESSES) {
      assert.deepEqual(poetryAddress(text), { name, endpoint });
      checkEndpoint(endpoint);
    }
  });

  it('refuses anything else, and names it', () => {
    for (const text of NO_ADDRESSES) {
      assert.throws(
        () => poetryAddress(text),
        (error) => error instanceof UsageError && error.message.startsWith(`address '${text}'`),
        `'${text}'`,
      );
    }
  });
});

describe('checkEndpoint', () => {
  it('names what is wrong', () => {
    const wrong: readonly [string, RegExp][] = [
      ['tcp:localhost', /no port/],
      ['tcp:localhost:abc', /'abc'/],
      ['tcp:localhost:99999', /'99999'/],
      ['tcp:localhost:80:colour=red', /'colour'/],
      ['tcp:localhost:80:timeout=soon', /'soon'/],
      ['unix:', /no path/],
      ['quic:localhost:80', /'quic'/],
    ];
    for (const [endpoint, message] of wrong) {
      assert.throws(
        () => checkEndpoint(endpoint),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    }
  });
});
