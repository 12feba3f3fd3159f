import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Those of the workspace, and of what is installed apart from it. */
const FILES = ['package-lock.json', 'site/package-lock.json', 'site/api/package-lock.json'];

for (const file of FILES)
  describe(file, () => {
    const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(readFileSync(file, 'utf8'));

    // npm leaves out what its registry does not serve, and npm ci then refuses the file: see docs/decisions/0008.
    test('has an entry for every optional package, those of other platforms included', () => {
      const optional = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
        Object.keys(optionalDependencies),
      );
      assert.ok(Object.keys(lock.packages).length > 1);
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

test('S-1: what is installed at the root has nothing of the site', () => {
  const { packages }: { readonly packages: object } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { devDependencies: ofSite } = JSON.parse(readFileSync('site/package.json', 'utf8'));
  for (const name of [...Object.keys(ofSite), 'typedoc']) assert.ok(!(`node_modules/${name}` in packages), name);
});
