import assert from 'node:assert/strict';
import { it } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { interfaceName, seconds, someSeconds, wholeNumber } from '../../src/command-line/option.ts';

function refuses(read: (text: string) => unknown, texts: readonly string[]): void {
  for (const text of texts) assert.throws(() => read(text), InvalidArgumentError, `'${text}'`);
}

it('reads whole numbers', () => {
  const port = wholeNumber(0, 65_535);
  assert.deepEqual(['0', '10000', '0080', '65535'].map(port), [0, 10_000, 80, 65_535]);
  refuses(port, ['', ' ', '-1', '+1', '1.5', '1e3', '0x10', 'abc', '65536', 'NaN', 'Infinity', '١']);
  refuses(wholeNumber(1), ['0', '99999999999999999999']);
});

it('reads seconds', () => {
  assert.deepEqual(['0', '0.1', '.5', '5.', '1e-3', '2E2'].map(seconds), [0, 0.1, 0.5, 5, 0.001, 200]);
  refuses(seconds, ['', '-1', '-0', 'NaN', 'Infinity', '1e999', '1e308', '0,1', '1s', '.', '0x1']);
  assert.equal(someSeconds('0.5'), 0.5);
  refuses(someSeconds, ['0', '0.0', '-1']);
});

it('reads an interface', () => {
  assert.deepEqual(['localhost', '::1'].map(interfaceName), ['localhost', '::1']);
  refuses(interfaceName, ['', ' ']);
});
