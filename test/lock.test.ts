import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);

describe('the lock file', () => {
  // npm leaves out what its registry does not serve, and npm ci then refuses the file: see docs/decisions/0008.
  test('has an entry for every optional package, those of other platforms included', () => {
    const optional = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    assert.ok(optional.length > 0);
    assert.deepEqual(
      optional.filter((name) => lock.packages[`node_modules/${name}`] === undefined),
      [],
    );
  });

  test('names no host to download from', () => {
    const hosts = Object.values(lock.packages).filter(({ resolved = '' }) => resolved.includes('://'));
    assert.deepEqual(hosts, []);
  });
});
