import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Request, requestOf } from '../../src/top/command-line.ts';
import { UsageError } from '../../src/top/usage-error.ts';

function request(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Request {
  const found = requestOf(args, environment);
  assert.ok(typeof found === 'object');
  return found;
}

function refused(message: RegExp, ...args: readonly string[]): void {
  assert.throws(
    () => requestOf(args, {}),
    (error) => error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'),
  );
}

describe('the command line of couplet-top', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'couplet-top-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('takes an address, in which the token and parameters may be', () => {
    const { target, token } = request(['http://127.0.0.1:41263/?slot=1#token=abc']);
    assert.deepEqual(
      { ...target, parameters: target.parameters.toString() },
      {
        endpoint: 'tcp:127.0.0.1:41263',
        host: '127.0.0.1:41263',
        name: 'http://127.0.0.1:41263',
        parameters: 'slot=1',
        token: 'abc',
      },
    );
    assert.equal(token, 'abc');
    assert.equal(request(['http://[::1]/']).target.endpoint, 'tcp:[::1]:80');
    assert.equal(request(['https://example.org']).target.endpoint, 'tls:example.org:443');
    assert.equal(request(['unix:/run/a.sock']).target.endpoint, 'unix:/run/a.sock');
  });

  test('takes the token from the address, else from a file, else from the environment', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'ofFile\n');
    const environment = { COUPLET_TOKEN: 'ofEnvironment' };
    const both = ['--token-file', file, 'http://127.0.0.1:1'];
    assert.equal(
      request(['http://127.0.0.1:1/#token=ofAddress', '--token-file', file], environment).token,
      'ofAddress',
    );
    assert.equal(request(both, environment).token, 'ofFile');
    assert.equal(request(['http://127.0.0.1:1'], environment).token, 'ofEnvironment');
    assert.equal(request(['http://127.0.0.1:1']).token, undefined);
  });

  test('takes the address from a file that has one, with words around it or not', () => {
    const file = join(folder, 'notice');
    writeFileSync(file, 'Inspector: http://127.0.0.1:41263/#token=abc\n');
    const { target, token } = request(['--token-file', file]);
    assert.deepEqual([target.name, token], ['http://127.0.0.1:41263', 'abc']);
  });

  test('takes the columns by their titles', () => {
    assert.deepEqual(request(['unix:/a', '--sort', 'out/s', '-n', '30', '--filter', 'x', '--every', '0.5']), {
      target: request(['unix:/a']).target,
      look: { sort: 'outRate', descending: true, filter: 'x', paused: false, first: 0, most: 30 },
      every: 0.5,
      once: false,
      json: false,
    });
    assert.equal(request(['unix:/a', '--sort', 'out/s', '-r']).look.descending, false);
    assert.equal(request(['unix:/a', '-r']).look.descending, true);
  });

  test('says in one line what is wrong and what would be right', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, 'two words');
    refused(/^an address is missing: http:/);
    refused(/^'127.0.0.1:1' is not the address of an inspector, such as http:/, '127.0.0.1:1');
    refused(/^'ftp:\/\/a' is not the address/, 'ftp://a');
    refused(/^unexpected argument 'b': there is one address/, 'unix:/a', 'b');
    refused(/^--sort: 'size' is not a column: they are id, peer/, 'unix:/a', '--sort', 'size');
    refused(/^--rows: '0' is not a whole number of at least 1/, 'unix:/a', '-n', '0');
    refused(/^--every: '9' is not a number of seconds from 0.2 to 5/, 'unix:/a', '--every', '9');
    refused(/^--token-file: ENOENT/, 'unix:/a', '--token-file', join(folder, 'none'));
    refused(/empty' holds no token/, 'unix:/a', '--token-file', file);
    refused(/^Unknown option '--nope'/, 'unix:/a', '--nope');
  });
});
